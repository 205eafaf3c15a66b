namespace ModelZoo.Parts;

/// <summary>How clips of three channels are cut into tubes of square patches.</summary>
/// <param name="Frames">The number of frames of a clip.</param>
/// <param name="Image">The side of a frame, in pixels.</param>
/// <param name="Tube">The number of frames of a tube.</param>
/// <param name="Patch">The side of a tube's patch, in pixels.</param>
public sealed record VideoTubes(int Frames, int Image, int Tube, int Patch)
{
    /// <summary>The number of tubes of a clip.</summary>
    public int Count => Frames / Tube * (Image / Patch) * (Image / Patch);
}
