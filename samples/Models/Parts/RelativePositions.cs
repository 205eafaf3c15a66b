using TorchSharp;
using static TorchSharp.torch;

namespace ModelZoo.Parts;

/// <summary>
/// Attention biases by relative position (Swin, Liu et al. 2021; BEiT, Bao et al. 2022): a table with a row for every pair of offsets and a
/// column for every head, read through an index of tokens by tokens.
/// </summary>
internal static class RelativePositions
{
    /// <summary>The rows of the table of a window without a class token.</summary>
    public static int Rows(int height, int width) => (2 * height - 1) * (2 * width - 1);

    /// <summary>The same, and three rows more: from the class token, to it, and to itself.</summary>
    public static int RowsWithClassToken(int height, int width) => Rows(height, width) + 3;

    /// <summary>The row of every pair of places of a window, [h w, h w].</summary>
    public static Tensor Index(int height, int width)
    {
        var places = height * width;
        var rows = new long[places * places];
        for (var from = 0; from < places; from++)
            for (var to = 0; to < places; to++)
                rows[from * places + to] = Row(from, to, height, width);
        return tensor(rows).view(places, places);
    }

    /// <summary>The same with the class token as place 0, [1 + h w, 1 + h w].</summary>
    public static Tensor IndexWithClassToken(int height, int width)
    {
        var rows = Rows(height, width);
        var tokens = height * width + 1;
        var index = full(tokens, tokens, (long)rows + 1, dtype: int64);
        index[0] = tensor((long)rows);
        index[0, 0] = tensor((long)rows + 2);
        index[TensorIndex.Slice(1), TensorIndex.Slice(1)] = Index(height, width);
        return index;
    }

    /// <summary>Table [rows, heads] and index [t, t] to biases [1, heads, t, t].</summary>
    public static Tensor Bias(Tensor table, Tensor index) =>
        table.index_select(0, index.flatten()).view(index.shape[0], index.shape[1], -1).permute(2, 0, 1).unsqueeze(0);

    private static long Row(int from, int to, int height, int width)
    {
        var down = from / width - to / width + height - 1;
        var right = from % width - to % width + width - 1;
        return down * (2 * width - 1) + right;
    }
}
