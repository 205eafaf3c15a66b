using System.Collections.Immutable;

namespace LayerDecayGen;

/// <summary>What a user changed on a typed section; null where nothing was changed.</summary>
internal readonly record struct SectionOverride(double? LearningRateScale = null, double? WeightDecay = null, bool? Frozen = null);

/// <summary>Changes by section and child, laid over the facts before each plan: the plan itself stays a pure function.</summary>
internal sealed class SectionOverrides
{
    private readonly Dictionary<(int Section, int Child), SectionOverride> _changes = [];

    public SectionOverride Get(int section, int child) => _changes.GetValueOrDefault((section, child));

    /// <summary>The changes of a section: of the whole of it (-1) and of its children, in their order.</summary>
    public IReadOnlyList<(int Child, SectionOverride Change)> Of(int section) =>
        [.. _changes.Where(c => c.Key.Section == section).OrderBy(c => c.Key.Child).Select(c => (c.Key.Child, c.Value))];

    public void Set(int section, int child, SectionOverride value) => _changes[(section, child)] = value;

    public ImmutableArray<ParameterFact> Apply(ImmutableArray<ParameterFact> facts) =>
        _changes.Count == 0 ? facts : [.. facts.Select(Apply)];

    private ParameterFact Apply(ParameterFact fact)
    {
        var whole = Get(fact.Section, SectionView.WholeSection);
        var child = fact.StackIndex >= 0 ? Get(fact.Section, fact.StackIndex) : default;
        return fact with
        {
            LearningRateScale = fact.LearningRateScale * (whole.LearningRateScale ?? 1) * (child.LearningRateScale ?? 1),
            WeightDecay = child.WeightDecay ?? whole.WeightDecay ?? fact.WeightDecay,
            Frozen = child.Frozen ?? whole.Frozen ?? fact.Frozen,
        };
    }
}
