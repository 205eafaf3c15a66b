using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.Parts;

/// <summary>Multi-head attention between the projections, which is the same in every transformer.</summary>
internal static class Heads
{
    /// <summary>[n, t, width] to [n, heads, t, width / heads].</summary>
    public static Tensor Split(Tensor x, int heads) => x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2);

    /// <summary>Queries, keys and values side by side [n, t, 3 width] to three of [n, heads, t, width / heads].</summary>
    public static (Tensor Queries, Tensor Keys, Tensor Values) SplitThree(Tensor x, int heads)
    {
        var parts = x.chunk(3, dim: -1);
        return (Split(parts[0], heads), Split(parts[1], heads), Split(parts[2], heads));
    }

    /// <summary>Attention to [n, t, width]; the bias [.., t, t], where given, is added to the scores.</summary>
    public static Tensor Attend((Tensor Queries, Tensor Keys, Tensor Values) x, Tensor? bias = null, bool causal = false)
    {
        var mixed = bias is null
            ? functional.scaled_dot_product_attention(x.Queries, x.Keys, x.Values, is_casual: causal)
            : functional.softmax(x.Queries.matmul(x.Keys.transpose(-2, -1)) / Math.Sqrt(x.Queries.shape[^1]) + bias, -1).matmul(x.Values);
        return mixed.transpose(1, 2).flatten(2);
    }
}
