namespace ModelZoo.Parts;

/// <summary>How square images of three channels are cut into square patches.</summary>
/// <param name="Image">The side of an image, in pixels.</param>
/// <param name="Patch">The side of a patch, in pixels.</param>
public sealed record ImagePatches(int Image, int Patch)
{
    /// <summary>The number of patches along one side.</summary>
    public int Side => Image / Patch;

    /// <summary>The number of patches of an image.</summary>
    public int Count => Side * Side;
}
