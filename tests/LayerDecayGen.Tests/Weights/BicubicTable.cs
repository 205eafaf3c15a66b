namespace LayerDecayGen.Tests.Weights;

/// <summary>
/// Bicubic resizing by its definition, in float64 (Keys 1981): each number of the result is a weighted sum over all numbers of the source. PIL
/// and torch's antialias take a = -0.5, widen the kernel when they make smaller, and leave out and renormalise beyond the edge; torch without
/// antialias takes a = -0.75 and repeats the edge.
/// </summary>
internal static class BicubicTable
{
    public static double[,] Resize(double[,] source, int height, int width, bool antialias)
    {
        var (rows, columns) = (Weights(source.GetLength(0), height, antialias), Weights(source.GetLength(1), width, antialias));
        var result = new double[height, width];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                for (var i = 0; i < source.GetLength(0); i++)
                    for (var j = 0; j < source.GetLength(1); j++)
                        result[y, x] += rows[y, i] * columns[x, j] * source[i, j];
        return result;
    }

    private static double[,] Weights(int from, int to, bool antialias)
    {
        var weights = new double[to, from];
        var scale = (double)from / to;
        for (var o = 0; o < to; o++)
        {
            var center = ((o + 0.5) * scale) - 0.5;
            if (antialias)
            {
                var wide = Math.Max(scale, 1);
                var sum = 0.0;
                for (var i = 0; i < from; i++) sum += weights[o, i] = Cubic((i - center) / wide, -0.5);
                for (var i = 0; i < from; i++) weights[o, i] /= sum;
            }
            else
            {
                for (var i = -4; i < from + 4; i++) weights[o, Math.Clamp(i, 0, from - 1)] += Cubic(i - center, -0.75);
            }
        }

        return weights;
    }

    private static double Cubic(double x, double a) => Math.Abs(x) switch
    {
        <= 1 and var d => ((a + 2) * d * d * d) - ((a + 3) * d * d) + 1,
        < 2 and var d => a * ((d * d * d) - (5 * d * d) + (8 * d) - 4),
        _ => 0,
    };
}
