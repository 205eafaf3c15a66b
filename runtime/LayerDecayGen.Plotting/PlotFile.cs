using ScottPlot;

namespace LayerDecayGen.Plotting;

/// <summary>Writes pictures.</summary>
public static class PlotFile
{
    /// <summary>Writes a picture as PNG or SVG, as the file's name says.</summary>
    /// <param name="plot">The picture.</param>
    /// <param name="path">The file, ending in <c>.png</c> or <c>.svg</c>; its folder has to exist.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <exception cref="ArgumentException">The name ends otherwise, or a size is not positive; nothing was written.</exception>
    public static void Write(this Plot plot, string path, int width = 1000, int height = 600)
    {
        ArgumentNullException.ThrowIfNull(plot);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        switch (Path.GetExtension(path).ToUpperInvariant())
        {
            case ".PNG": plot.SavePng(path, width, height); break;
            case ".SVG": plot.SaveSvg(path, width, height); break;
            case var other: throw new ArgumentException($"A picture is written as .png or .svg; found '{other}' in {path}.", nameof(path));
        }
    }
}
