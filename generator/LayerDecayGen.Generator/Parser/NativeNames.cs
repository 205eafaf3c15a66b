using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>The names that modules of TorchSharp register themselves; of native layers they are all that is known.</summary>
internal static class NativeNames
{
    /// <summary>The first segments below a built-in module; empty for one that owns no parameters.</summary>
    public static string[] Of(INamedTypeSymbol type) => type.Name switch
    {
        "PReLU" or "Embedding" or "EmbeddingBag" => ["weight"],
        "MultiheadAttention" =>
            ["in_proj_weight", "in_proj_bias", "out_proj", "q_proj_weight", "k_proj_weight", "v_proj_weight", "bias_k", "bias_v"],
        "TransformerEncoderLayer" => ["self_attn", "linear1", "linear2", "norm1", "norm2"],
        "TransformerDecoderLayer" => ["self_attn", "multihead_attn", "linear1", "linear2", "norm1", "norm2", "norm3"],
        "TransformerEncoder" or "TransformerDecoder" => ["layers"],
        "Transformer" => ["encoder", "decoder"],
        "RNNCell" or "LSTMCell" or "GRUCell" => ["weight_ih", "weight_hh", "bias_ih", "bias_hh"],
        "RNN" or "LSTM" or "GRU" => ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"],
        _ => TorchTypes.BuiltInOwnsParameters(type) ? ["weight", "bias"] : [],
    };

    /// <summary>Whether a built-in module can register a segment.</summary>
    public static bool Has(INamedTypeSymbol type, string segment)
    {
        if (type.Name is "RNN" or "LSTM" or "GRU")
            return segment.StartsWith("weight_", StringComparison.Ordinal) || segment.StartsWith("bias_", StringComparison.Ordinal);
        return Array.IndexOf(Of(type), segment) >= 0;
    }
}
