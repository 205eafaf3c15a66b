using System.Collections.Immutable;

namespace LayerDecayGen;

/// <summary>
/// A typed handle on the parameters of one section, as in <c>groups.Head.LearningRateScale = 2</c>. Scale and weight decay are changed
/// before an optimizer is made; freezing also during training.
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
    public string Name => _child < 0 ? _name : FormattableString.Invariant($"{_name}[{_child}]");

    /// <summary>The layer; null where the section has none (it is optional and empty) or several.</summary>
    public int? Layer => Facts.Select(f => f.Layer).Distinct().Take(2).ToArray() is [var one] ? one : null;

    /// <summary>A factor on the lr scale of the section's parameters, 1 unless changed; 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    /// <exception cref="InvalidOperationException">An optimizer was already made from the groups.</exception>
    public double LearningRateScale
    {
        get => Change.LearningRateScale ?? 1;
        set => _groups.Override(_section, _child, Change with { LearningRateScale = Require.NotNegative(value, nameof(LearningRateScale)) });
    }

    /// <summary>
    /// The weight decay of the section's decayed parameters: once an optimizer was made, the present one; before, the one set here, null
    /// where the recipe decides. Null as well where decayed parameters have several.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    /// <exception cref="InvalidOperationException">An optimizer was already made from the groups.</exception>
    public double? WeightDecay
    {
        get => _groups.InUse ? OnlyOne(Present.Select(r => r.WeightDecay).Where(d => d != 0), whereEmpty: 0) : Change.WeightDecay;
        set => _groups.Override(_section, _child, Change with { WeightDecay = value is { } v ? Require.NotNegative(v, nameof(WeightDecay)) : null });
    }

    /// <summary>
    /// The present learning rate in the optimizers made from the groups; null before one was made, for a section that no optimizer steps,
    /// and where its parameters have several.
    /// </summary>
    public double? LearningRate => OnlyOne(Present.Select(r => (double?)r.LearningRate), whereEmpty: null);

    /// <summary>
    /// Whether no parameter of the section trains. May be set before an optimizer is made, and during training: parameters that an
    /// optimizer holds are frozen (their gradients are dropped) and thawed in place, and no other section is touched. A tied tensor goes
    /// with the section of its owner.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// A parameter is thawed that was frozen when the optimizer was made, so that no optimizer would step it.
    /// </exception>
    public bool Frozen
    {
        get => Facts.Any() && Facts.All(f => f.Frozen || f.TiedTo is not null);
        set => _groups.Freeze(this, _section, _child, Change with { Frozen = value });
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

    /// <inheritdoc cref="Name"/>
    public override string ToString() => Name;

    /// <summary>The groups that the section is a part of.</summary>
    internal ParameterGroups Owner => _groups;

    internal IEnumerable<ParameterFact> Facts =>
        _groups.Facts.Parameters.Where(f => f.Section == _section && (_child < 0 || f.StackIndex == _child));

    private SectionOverride Change => _groups.OverrideOf(_section, _child);

    private IEnumerable<(double LearningRate, double? WeightDecay)> Present => _groups.PresentRates(Facts.Select(f => f.Name));

    private protected SectionView Child(int index) => new(_groups, _name, _section, index);

    private static double? OnlyOne(IEnumerable<double?> values, double? whereEmpty) => values.Distinct().Take(2).ToArray() switch
    {
        [] => whereEmpty,
        [var one] => one,
        _ => null,
    };
}

/// <summary>A typed handle on a stack and, by index or range, on its children: <c>groups.Blocks[3]</c>, <c>groups.Blocks[..4]</c>.</summary>
public sealed class StackView : SectionView
{
    internal StackView(ParameterGroups groups, string name, int section) : base(groups, name, section, WholeSection) { }

    /// <summary>The number of children that the live model has.</summary>
    public int Count => Facts.Select(f => f.StackIndex).DefaultIfEmpty(-1).Max() + 1;

    /// <summary>A child of the stack.</summary>
    /// <param name="index">Its index, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The live model has no child of that index.</exception>
    public SectionView this[int index] => index >= 0 && index < Count ? Child(index) : throw NoChild(nameof(index), index);

    /// <summary>Consecutive children of the stack; <c>groups.Blocks[..4]</c> calls it.</summary>
    /// <param name="start">The first child.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">The live model has fewer children.</exception>
    public ImmutableArray<SectionView> Slice(int start, int length)
    {
        if (start < 0 || start > Count) throw NoChild(nameof(start), start);
        if (length < 0 || start + length > Count) throw NoChild(nameof(length), start + length - 1);
        return [.. Enumerable.Range(start, length).Select(Child)];
    }

    private ArgumentOutOfRangeException NoChild(string argument, int index) =>
        new(argument, FormattableString.Invariant($"{Name} has {Count} children with parameters: there is no child {index}."));
}
