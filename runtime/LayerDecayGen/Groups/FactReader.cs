using System.Collections.Immutable;
using System.Runtime.InteropServices;
using LayerDecayGen.Layout;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>Makes the fact of each parameter of a walk: what the tensor says, what its holder says, what the declaration says.</summary>
/// <param name="layout">The declaration; null without one.</param>
/// <param name="numbering">The layers; null without a declaration, or when it does not fit.</param>
internal sealed class FactReader(LayerLayout? layout, LayerNumbering? numbering)
{
    private nn.Module? _holder;
    private OwnerFact? _owner;

    public ParameterFact Read(in WalkedParameter walked, in LayoutMatch? match)
    {
        if (!ReferenceEquals(_holder, walked.Holder)) _owner = RoleReader.Owner(_holder = walked.Holder);
        var shape = ShapeOf(walked.Parameter);
        var role = RoleReader.Of(walked.Holder, walked.LocalName, shape.Length);
        var frozen = !walked.Parameter.requires_grad;
        if (numbering is null || match is not { } m)
            return new ParameterFact { Name = walked.Name, Shape = shape, Role = role, Frozen = frozen, Owner = _owner };

        // A block that is registered a second time is no layer of its stack: its first name has the layer.
        int? layer = walked.SameAs >= 0 && layout!.Sections[m.Section].Kind == SectionKind.Stack ? null : numbering.LayerOf(m);
        return new ParameterFact
        {
            Name = walked.Name,
            Shape = shape,
            Layer = layer,
            Role = RoleIn(role, m),
            Frozen = frozen || m.Frozen,
            Section = m.Section,
            StackIndex = m.Index,
            NoWeightDecay = m.NoWeightDecay,
            WeightDecay = double.IsNaN(m.WeightDecay) ? null : m.WeightDecay,
            LearningRateScale = m.LearningRateScale,
            Owner = _owner,
        };
    }

    // A matrix of a [LastLayer] member is a head; elsewhere the declared type decides where the run-time type says nothing.
    private ParameterRole RoleIn(ParameterRole role, in LayoutMatch match)
    {
        if (role == ParameterRole.HiddenMatrix && layout!.Sections[match.Section].Kind == SectionKind.LastLayer) return ParameterRole.Head;
        return role;
    }

    // Size by size: Tensor.shape costs as much as everything else that is read of a parameter.
    private static ImmutableArray<long> ShapeOf(Parameter p)
    {
        var sizes = new long[p.dim()];
        for (var i = 0; i < sizes.Length; i++) sizes[i] = p.size(i);
        return ImmutableCollectionsMarshal.AsImmutableArray(sizes);
    }
}
