using System.Collections.Immutable;

namespace LayerDecayGen;

/// <summary>What a user changed on a typed section.</summary>
internal readonly record struct SectionOverride(double LearningRateScale = 1, double? WeightDecay = null)
{
    public static readonly SectionOverride None = new(1, null);
}

/// <summary>Changes by section and child, laid over the facts before each plan: the plan itself stays a pure function.</summary>
internal sealed class SectionOverrides
{
    private readonly Dictionary<(int Section, int Child), SectionOverride> _changes = [];

    public SectionOverride Get(int section, int child) => _changes.GetValueOrDefault((section, child), SectionOverride.None);

    public void Set(int section, int child, SectionOverride value) => _changes[(section, child)] = value;

    public ImmutableArray<ParameterFact> Apply(ImmutableArray<ParameterFact> facts) =>
        _changes.Count == 0 ? facts : [.. facts.Select(Apply)];

    private ParameterFact Apply(ParameterFact fact)
    {
        var whole = Get(fact.Section, SectionView.WholeSection);
        var child = fact.StackIndex >= 0 ? Get(fact.Section, fact.StackIndex) : SectionOverride.None;
        return fact with
        {
            LearningRateScale = fact.LearningRateScale * whole.LearningRateScale * child.LearningRateScale,
            WeightDecay = child.WeightDecay ?? whole.WeightDecay ?? fact.WeightDecay,
        };
    }
}
