namespace LayerDecayGen;

/// <summary>
/// Marks the root class of a model whose parameters get layer-wise learning-rate decay. The class must be <c>partial</c> and derive from
/// <c>torch.nn.Module</c>; the generator adds <c>GetParameterGroups</c> and the nested class <c>Groups</c> to it. On a static partial class
/// with
/// <see cref="For"/> the same is generated for a model of another assembly.
/// </summary>
/// <remarks>
/// A parameter of layer <c>i</c> gets the lr scale <c>rate^(last - i)</c>, <c>last</c> being the number of the top layer: the rule of BEiT
/// (microsoft/unilm, <c>beit/optim_factory.py</c>, <c>LayerDecayValueAssigner</c>) and MAE (facebookresearch/mae, <c>util/lr_decay.py</c>,
/// <c>param_groups_lrd</c>).
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LayerDecayAttribute : Attribute
{
    /// <summary>Layer decay whose rate is given at run time, by <see cref="LayerDecayOptions.LayerDecay"/> or by a recipe.</summary>
    public LayerDecayAttribute() => Rate = double.NaN;

    /// <summary>Layer decay with a rate, which <see cref="LayerDecayOptions.LayerDecay"/> may override.</summary>
    /// <param name="rate">The factor between one layer and the next, in (0, 1]. 1 means no decay; anything else is error LDG030.</param>
    public LayerDecayAttribute(double rate) => Rate = rate;

    /// <summary>The factor between one layer and the next, in (0, 1]; NaN when it is left to run time.</summary>
    public double Rate { get; }

    /// <summary>The model class to describe when it is in another assembly; the attribute then stands on a static partial class.</summary>
    public Type? For { get; set; }
}
