namespace LayerDecayGen.Generator.Torch;

/// <summary>
/// The module types of TorchSharp 0.107 that own parameters, and the names that each of them registers. Types that are not listed own
/// nothing: activations, dropout, pooling, losses. The name of a type is also the name of its factory in <c>torch.nn</c>.
/// </summary>
internal static class BuiltIns
{
    private static readonly string[] s_none = [];
    private static readonly string[] s_weight = ["weight"];
    private static readonly string[] s_weightAndBias = ["weight", "bias"];
    private static readonly string[] s_cell = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
    private static readonly string[] s_recurrent = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"];
    private static readonly string[] s_attention =
        ["in_proj_weight", "in_proj_bias", "out_proj", "q_proj_weight", "k_proj_weight", "v_proj_weight", "bias_k", "bias_v"];

    /// <summary>The first segments below a built-in module; empty for one that owns no parameters, and for containers.</summary>
    public static string[] NamesOf(string type) => type switch
    {
        "PReLU" or "Embedding" or "EmbeddingBag" => s_weight,
        "Linear" or "Bilinear" or "LayerNorm" or "GroupNorm" => s_weightAndBias,
        "MultiheadAttention" => s_attention,
        "TransformerEncoderLayer" => ["self_attn", "linear1", "linear2", "norm1", "norm2"],
        "TransformerDecoderLayer" => ["self_attn", "multihead_attn", "linear1", "linear2", "norm1", "norm2", "norm3"],
        "TransformerEncoder" or "TransformerDecoder" => ["layers"],
        "Transformer" => ["encoder", "decoder"],
        "RNNCell" or "LSTMCell" or "GRUCell" => s_cell,
        "RNN" or "LSTM" or "GRU" => s_recurrent,
        _ => IsConvolution(type) || IsNorm(type) ? s_weightAndBias : s_none,
    };

    /// <summary>Whether a built-in module can own parameters.</summary>
    public static bool OwnsParameters(string type) => type == "Parameter" || IsContainer(type) || NamesOf(type).Length > 0;

    /// <summary>Whether a built-in module has children by index or by key and nothing else.</summary>
    public static bool IsContainer(string type) =>
        type is "ModuleList" or "ModuleDict" or "Sequential" or "ParameterList" or "ParameterDict";

    /// <summary>Whether a built-in module can register a segment.</summary>
    public static bool Registers(string type, string segment)
    {
        if (type is "RNN" or "LSTM" or "GRU")
            return segment.StartsWith("weight_", StringComparison.Ordinal) || segment.StartsWith("bias_", StringComparison.Ordinal);
        return Array.IndexOf(NamesOf(type), segment) >= 0;
    }

    private static bool IsConvolution(string type) => type.StartsWith("Conv", StringComparison.Ordinal);

    private static bool IsNorm(string type) =>
        type.StartsWith("BatchNorm", StringComparison.Ordinal) || type.StartsWith("InstanceNorm", StringComparison.Ordinal);
}
