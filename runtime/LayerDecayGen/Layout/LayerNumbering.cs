namespace LayerDecayGen.Layout;

/// <summary>Turns sections and the indices met in a live model into layer numbers.</summary>
public static class LayerNumbering
{
}
