using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// The role of a parameter by the run-time type of its holder. Only native layers, whose parts are names and no modules, are read by name.
/// </summary>
internal static class RoleReader
{
    public static ParameterRole Of(nn.Module holder, string localName, int dimensions) => holder switch
    {
        NormBase or LayerNorm or GroupNorm => ParameterRole.Norm,
        Embedding or EmbeddingBag => ParameterRole.Embedding,
        Convolution c => dimensions == 1 ? ParameterRole.Bias : IsDepthwise(c) ? ParameterRole.DepthwiseConvolution : ParameterRole.Convolution,
        Linear or Bilinear => dimensions == 1 ? ParameterRole.Bias : ParameterRole.HiddenMatrix,
        PReLU => ParameterRole.Vector,
        MultiheadAttention or RNN or LSTM or GRU or RNNCell or LSTMCell or GRUCell => InNative(localName),
        TransformerEncoder or TransformerEncoderLayer or TransformerDecoder or TransformerDecoderLayer or Transformer => InNative(localName),
        _ => OfUserModule(holder, localName, dimensions),
    };

    public static OwnerFact Owner(nn.Module holder)
    {
        var type = holder.GetType();
        var known = type;
        while (known is not null && known.Assembly != typeof(nn.Module).Assembly) known = known.BaseType;
        var baseName = known is null || known == type || known.IsAbstract || known.IsNested ? null : known.Name;
        return holder is Convolution c
            ? new OwnerFact(type.Name) { BaseTypeName = baseName, InChannels = c.in_channels, ConvolutionGroups = c.groups }
            : new OwnerFact(type.Name) { BaseTypeName = baseName };
    }

    private static bool IsDepthwise(Convolution c) => c.groups > 1 && c.groups == c.in_channels;

    // Native layers know their parts by dotted names only: norm1.weight, self_attn.in_proj_bias, weight_ih_l0.
    private static ParameterRole InNative(string localName)
    {
        foreach (var segment in localName.Split('.'))
            if (segment.StartsWith("norm", StringComparison.Ordinal))
                return ParameterRole.Norm;
        return localName.Contains("bias", StringComparison.Ordinal) ? ParameterRole.Bias : ParameterRole.HiddenMatrix;
    }

    // What a user wrote is read by its class name and shape: RMSNorm is not in TorchSharp 0.107, and own linear layers hold a matrix
    // called weight.
    private static ParameterRole OfUserModule(nn.Module holder, string localName, int dimensions)
    {
        if (holder.GetType().Name.EndsWith("Norm", StringComparison.Ordinal)) return ParameterRole.Norm;
        return dimensions switch
        {
            0 => ParameterRole.Scalar,
            1 => localName == "bias" ? ParameterRole.Bias : ParameterRole.Vector,
            2 when holder.GetType().Name.EndsWith("Embedding", StringComparison.Ordinal) => ParameterRole.Embedding,
            2 when localName == "weight" => ParameterRole.HiddenMatrix,
            _ => ParameterRole.Unknown,
        };
    }
}
