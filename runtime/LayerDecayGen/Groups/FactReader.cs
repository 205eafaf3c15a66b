using System.Collections.Immutable;
using System.Runtime.InteropServices;
using LayerDecayGen.Layout;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>Makes the fact of each parameter of a walk: what the tensor says, what its holder says, what the declaration says.</summary>
/// <param name="numbering">The layers; null without a declaration, or when it does not fit.</param>
internal sealed class FactReader(LayerNumbering? numbering)
{
    private readonly List<int> _toFreeze = [];
    private nn.Module? _holder;
    private OwnerFact? _owner;
    private int _next;

    /// <summary>Positions of parameters that train although <c>[Frozen]</c> covers them.</summary>
    public IReadOnlyList<int> ToFreeze => _toFreeze;

    public ParameterFact Read(in WalkedParameter walked, in LayoutMatch? match)
    {
        if (!ReferenceEquals(_holder, walked.Holder)) _owner = RoleReader.Owner(_holder = walked.Holder);
        var position = _next++;
        var shape = ShapeOf(walked.Parameter);
        var role = RoleReader.Of(walked.Holder, walked.LocalName, shape.Length);
        var frozen = !walked.Parameter.requires_grad;
        if (numbering is null || match is not { } m)
            return new ParameterFact { Name = walked.Name, Shape = shape, Role = role, Frozen = frozen, Owner = _owner };

        if (m.Frozen && !frozen) _toFreeze.Add(position);
        var layer = numbering.LayerOf(m);
        return new ParameterFact
        {
            Name = walked.Name,
            Shape = shape,
            Layer = layer,
            Role = RoleIn(role, m, layer),
            Frozen = frozen || m.Frozen,
            Section = m.Section,
            StackIndex = m.Index,
            NoWeightDecay = m.NoWeightDecay,
            WeightDecay = double.IsNaN(m.WeightDecay) ? null : m.WeightDecay,
            LearningRateScale = m.LearningRateScale,
            Owner = _owner,
        };
    }

    // A matrix of the top layer is a head; elsewhere the declared type speaks where the run-time type says nothing.
    private ParameterRole RoleIn(ParameterRole role, in LayoutMatch match, int layer)
    {
        if (role == ParameterRole.HiddenMatrix && layer == numbering!.LayerCount - 1) return ParameterRole.Head;
        return role == ParameterRole.Unknown ? match.Role : role;
    }

    // Size by size: Tensor.shape costs as much as everything else that is read of a parameter.
    private static ImmutableArray<long> ShapeOf(Parameter p)
    {
        var sizes = new long[p.dim()];
        for (var i = 0; i < sizes.Length; i++) sizes[i] = p.size(i);
        return ImmutableCollectionsMarshal.AsImmutableArray(sizes);
    }
}
