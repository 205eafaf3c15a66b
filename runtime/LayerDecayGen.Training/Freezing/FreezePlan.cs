using System.Globalization;

namespace LayerDecayGen.Training;

/// <summary>
/// Which parts of a model are frozen at first, and when each thaws. The parameters are in the optimizer from the start, so that a
/// checkpoint fits before and after; a frozen parameter has no gradient and is left alone by the step. Normalisation layers of a frozen
/// part keep their statistics: see <see cref="TrainingStepOptions.FrozenStatisticsMove"/>.
/// </summary>
/// <example><code>
/// var freezing = new FreezePlan(groups, run).Freeze(groups.Blocks[..4], until: 5.Epochs());
/// </code></example>
public sealed class FreezePlan
{
    private readonly Dictionary<string, long> _until = new(StringComparer.Ordinal);

    /// <summary>A plan that freezes nothing yet.</summary>
    /// <param name="groups">The groups of the model.</param>
    /// <param name="run">The training.</param>
    public FreezePlan(ParameterGroups groups, TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(run);
        (Groups, Run) = (groups, run);
    }

    /// <summary>The groups of the model.</summary>
    public ParameterGroups Groups { get; }

    /// <summary>The training.</summary>
    public TrainingRun Run { get; }

    /// <summary>Freezes a section of the model.</summary>
    /// <param name="section">A typed section of the groups.</param>
    /// <param name="until">When it thaws, in epochs or updates from the begin of the run; before its end.</param>
    /// <exception cref="ArgumentException">
    /// The section is of other groups, has no trainable parameter, is frozen already, or would never thaw.
    /// </exception>
    public FreezePlan Freeze<TUnit>(SectionView section, TUnit until) where TUnit : struct, IScheduleUnit
    {
        ArgumentNullException.ThrowIfNull(section);
        return Freeze([section], until);
    }

    /// <inheritdoc cref="Freeze{TUnit}(SectionView, TUnit)"/>
    /// <param name="sections">Typed sections of the groups, as in <c>groups.Blocks[..4]</c>.</param>
    /// <param name="until">When they thaw, in epochs or updates from the begin of the run; before its end.</param>
    public FreezePlan Freeze<TUnit>(IEnumerable<SectionView> sections, TUnit until) where TUnit : struct, IScheduleUnit
    {
        ArgumentNullException.ThrowIfNull(sections);
        foreach (var section in sections)
        {
            var names = section.ParameterNames.Where(IsStepped).ToList();
            if (names.Count > 0 && Groups.Facts.Parameters.All(f => f.Name != names[0]))
                throw new ArgumentException($"{section.Name} is a section of another model's groups.", nameof(sections));
            Add(section.Name, names, Run.UpdateAt(until));
        }

        return this;
    }

    /// <summary>Freezes every layer below a number.</summary>
    /// <param name="layer">The first layer that trains, above 0.</param>
    /// <param name="until">When the layers thaw, in epochs or updates from the begin of the run; before its end.</param>
    /// <exception cref="ArgumentException">No layer is below, or the layers would never thaw.</exception>
    public FreezePlan FreezeBelow<TUnit>(int layer, TUnit until) where TUnit : struct, IScheduleUnit
    {
        var names = Groups.Facts.Parameters.Where(f => f.Layer < layer && IsStepped(f.Name)).Select(f => f.Name).ToList();
        Add(string.Create(CultureInfo.InvariantCulture, $"layers below {layer}"), names, Run.UpdateAt(until));
        return this;
    }

    /// <summary>
    /// Gradual unfreezing (Howard and Ruder 2018): the last layer trains first and each earlier one joins after a while.
    /// </summary>
    /// <param name="groups">The groups of the model.</param>
    /// <param name="run">The training.</param>
    /// <param name="every">Time between two layers.</param>
    /// <exception cref="ArgumentException">A parameter has no layer, or a layer would never thaw.</exception>
    public static FreezePlan Gradual<TUnit>(ParameterGroups groups, TrainingRun run, TUnit every) where TUnit : struct, IScheduleUnit
    {
        var plan = new FreezePlan(groups, run);
        var facts = groups.Facts.Parameters.Where(f => plan.IsStepped(f.Name)).ToList();
        if (facts.FirstOrDefault(f => f.Layer is null) is { } without)
            throw new ArgumentException($"'{without.Name}' has no layer, so it is not known when it thaws.", nameof(groups));
        var last = facts.Max(f => f.Layer!.Value);
        foreach (var layer in facts.GroupBy(f => f.Layer!.Value).Where(l => l.Key < last))
            plan.Add(
                string.Create(CultureInfo.InvariantCulture, $"layer {layer.Key}"), [.. layer.Select(f => f.Name)], run.UpdateAt(Times(every, last - layer.Key)));
        return plan;
    }

    /// <summary>Registered names of the parameters that the plan keeps frozen at an update.</summary>
    /// <param name="update">The update, from 0.</param>
    public IReadOnlyList<string> FrozenAt(long update) => [.. _until.Where(f => update < f.Value).Select(f => f.Key)];

    /// <summary>Freezes and thaws for the next update; parameters that the plan does not name are left alone.</summary>
    /// <param name="update">The next update, from 0.</param>
    internal void Apply(long update)
    {
        var facts = Groups.Facts.Parameters.Where(f => _until.ContainsKey(f.Name)).ToList();
        Set([.. facts.Where(f => update < _until[f.Name] && !f.Frozen).Select(f => f.Name)], frozen: true);
        Set([.. facts.Where(f => update >= _until[f.Name] && f.Frozen).Select(f => f.Name)], frozen: false);
    }

    private void Set(HashSet<string> names, bool frozen)
    {
        if (names.Count > 0) Groups.SetFrozen(names, frozen);
    }

    private bool IsStepped(string name) => Groups.Any(g => g.ParameterNames.Contains(name));

    private void Add(string part, IReadOnlyCollection<string> names, long until)
    {
        if (names.Count == 0) throw new ArgumentException($"{part}: no trainable parameter is there, so nothing would be frozen.");
        if (until < 1 || until >= Run.Length.Count)
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"{part} would thaw at update {until} of {Run.Length.Count}. It must thaw after the first update and before the end; freeze what is never to be trained with [Frozen] or the section's Frozen."));
        if (names.FirstOrDefault(_until.ContainsKey) is { } twice)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"'{twice}' of {part} thaws at update {_until[twice]} already."));
        foreach (var name in names) _until.Add(name, until);
    }

    private static TUnit Times<TUnit>(TUnit every, int count) where TUnit : struct, IScheduleUnit => (TUnit)(object)(every switch
    {
        Epochs epochs => new Epochs(epochs.Count * count),
        Updates updates => new Updates(updates.Count * count),
        _ => throw new ArgumentException("A time is in epochs or updates.", nameof(every)),
    });
}
