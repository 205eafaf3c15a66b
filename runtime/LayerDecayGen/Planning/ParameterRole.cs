namespace LayerDecayGen;

/// <summary>
/// What a parameter is for, by the type of the module that owns it and never by its name; inside native layers, whose parts are only names,
/// the name decides.
/// </summary>
public enum ParameterRole
{
    /// <summary>Not known: a tensor that a module of the user's own holds directly and that has two dimensions or more.</summary>
    Unknown,

    /// <summary>A tensor without dimensions: a temperature or a logit scale.</summary>
    Scalar,

    /// <summary>A bias: of a linear, convolution, attention or recurrent layer.</summary>
    Bias,

    /// <summary>Weight or bias of a normalisation layer, whatever its number of dimensions.</summary>
    Norm,

    /// <summary>A table that is looked up by index.</summary>
    Embedding,

    /// <summary>The kernel of a convolution with mixed channels.</summary>
    Convolution,

    /// <summary>The kernel of a convolution with one group a channel.</summary>
    DepthwiseConvolution,

    /// <summary>A matrix between hidden layers: linear, attention and recurrent weights.</summary>
    HiddenMatrix,

    /// <summary>A matrix of the top layer.</summary>
    Head,

    /// <summary>Another tensor of one dimension: a layer scale, a PReLU slope.</summary>
    Vector,
}
