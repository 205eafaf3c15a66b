namespace LayerDecayGen;

/// <summary>Which parameters get no weight decay. Each rule exempts; none takes an exemption back.</summary>
[Flags]
public enum NoDecayRules
{
    /// <summary>Every parameter is decayed that no name or declaration exempts.</summary>
    None = 0,

    /// <summary>Tensors of one dimension (MAE <c>param_groups_lrd</c>, BEiT <c>get_parameter_groups</c>).</summary>
    OneDimensional = 1,

    /// <summary>Tensors without dimensions: temperatures and logit scales (BEiT-2).</summary>
    ZeroDimensional = 2,

    /// <summary>Biases, whatever their number of dimensions: by role, or by a name that ends with <c>.bias</c> (BEiT).</summary>
    Bias = 4,

    /// <summary>Names that end with <c>.scale</c> (VideoMAEv2).</summary>
    Scale = 8,

    /// <summary>Weight and bias of normalisation layers by the type of their owner, whatever their number of dimensions.</summary>
    Norm = 16,

    /// <summary>One-dimensional, zero-dimensional, biases and norms: what MAE and BEiT mean, with the cases that they miss.</summary>
    Default = OneDimensional | ZeroDimensional | Bias | Norm,
}
