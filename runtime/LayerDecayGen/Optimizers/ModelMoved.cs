namespace LayerDecayGen;

/// <summary>The one error for parameters that are not those an optimizer was made with.</summary>
internal static class ModelMoved
{
    public static InvalidOperationException Error(string parameter, string group, string how) => new(
        $"Parameter '{parameter}' of group '{group}' {how}: the model was moved to another device or dtype after its optimizer was made. "
        + "Call Rebind() on the optimizer, which takes the parameters anew and keeps the state; or move the model first and make groups and "
        + "optimizer afterwards.");
}
