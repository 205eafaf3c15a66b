using System.Collections.Immutable;

namespace LayerDecayGen;

/// <summary>
/// A typed handle on the parameters of one section, as in <c>groups.Head.LearningRateScale = 2</c>. It is a view: changing it plans the
/// groups anew.
/// </summary>
public class SectionView
{
    internal const int WholeSection = -1;

    private readonly ParameterGroups _groups;
    private readonly string _name;
    private readonly int _section;
    private readonly int _child;

    internal SectionView(ParameterGroups groups, string name, int section, int child) =>
        (_groups, _name, _section, _child) = (groups, name, section, child);

    /// <summary>The section's name, for example <c>PatchEmbed</c>, or <c>Blocks[3]</c>.</summary>
    public string Name => _child < 0 ? _name : $"{_name}[{_child}]";

    /// <summary>The layer; null where the section has none (it is optional and empty) or several.</summary>
    public int? Layer => Facts.Select(f => f.Layer).Distinct().Take(2).ToArray() is [var one] ? one : null;

    /// <summary>A factor on the lr scale of the section's parameters, 1 unless changed; 0 or above.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not a number.</exception>
    /// <exception cref="InvalidOperationException">An optimizer was already made from the groups.</exception>
    public double LearningRateScale
    {
        get => Change.LearningRateScale;
        set => _groups.Override(_section, _child, Change with { LearningRateScale = NotNegative(value, nameof(LearningRateScale)) });
    }

    /// <summary>The weight decay of the section's parameters, in place of the recipe's; null leaves it to the recipe.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not a number.</exception>
    /// <exception cref="InvalidOperationException">An optimizer was already made from the groups.</exception>
    public double? WeightDecay
    {
        get => Change.WeightDecay;
        set => _groups.Override(_section, _child, Change with { WeightDecay = value is { } v ? NotNegative(v, nameof(WeightDecay)) : null });
    }

    /// <summary>
    /// The registered names of the section's parameters, frozen ones included; empty for an optional member that is null.
    /// </summary>
    public ImmutableArray<string> ParameterNames => [.. Facts.Select(f => f.Name)];

    /// <summary>The groups that hold parameters of the section.</summary>
    public ImmutableArray<ParameterGroup> Groups
    {
        get
        {
            var names = ParameterNames.ToHashSet(StringComparer.Ordinal);
            return [.. _groups.Where(g => g.ParameterNames.Any(names.Contains))];
        }
    }

    private protected IEnumerable<ParameterFact> Facts =>
        _groups.Facts.Parameters.Where(f => f.Section == _section && (_child < 0 || f.StackIndex == _child));

    private SectionOverride Change => _groups.OverrideOf(_section, _child);

    private protected SectionView Child(int index) => new(_groups, _name, _section, index);

    private static double NotNegative(double value, string name) =>
        value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number of 0 or above.");
}

/// <summary>A typed handle on a stack and, by index, on its children: <c>groups.Blocks[3]</c>.</summary>
public sealed class StackView : SectionView
{
    internal StackView(ParameterGroups groups, string name, int section) : base(groups, name, section, WholeSection) { }

    /// <summary>The number of children that the live model has.</summary>
    public int Count => Facts.Select(f => f.StackIndex).DefaultIfEmpty(-1).Max() + 1;

    /// <summary>A child of the stack.</summary>
    /// <param name="index">Its index, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The live model has no child of that index.</exception>
    public SectionView this[int index] =>
        index >= 0 && index < Count ? Child(index) : throw new ArgumentOutOfRangeException(nameof(index), index, $"{Name} has {Count} children.");
}
