using TorchSharp.Modules;

namespace LayerDecayGen.Training;

/// <summary>
/// Which parts of a model are frozen at first, and the update at which each thaws. Their groups are in the optimizer from the start, so
/// that a checkpoint fits before and after; a frozen parameter has no gradient and is left alone by the step.
/// </summary>
public sealed class FreezePlan
{
    private readonly List<(ParameterGroup Group, long Until)> _frozen = [];
    private readonly ParameterGroups _groups;
    private readonly long _updates;

    /// <summary>A plan that freezes nothing yet.</summary>
    /// <param name="groups">The groups of the model, none of them frozen by other means.</param>
    /// <param name="updates">Updates of the whole run.</param>
    public FreezePlan(ParameterGroups groups, long updates)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(updates);
        (_groups, _updates) = (groups, updates);
    }

    /// <summary>Freezes groups until an update.</summary>
    /// <param name="which">The groups.</param>
    /// <param name="until">The update before which they thaw, from 1.</param>
    /// <exception cref="ArgumentException">No group is meant, one is frozen already, or they would never thaw.</exception>
    public FreezePlan Freeze(Func<ParameterGroup, bool> which, long until)
    {
        var chosen = _groups.Where(which).ToList();
        if (chosen.Count == 0) throw new ArgumentException("No group is meant, so nothing would be frozen.", nameof(which));
        if (until < 1 || until >= _updates)
            throw new ArgumentException(
                $"{Names(chosen)} would thaw at update {until} of {_updates}, and so never be trained while frozen and thawed. "
                + "Freeze what is never to be trained with [Frozen], which takes it out of the groups.",
                nameof(until));
        var twice = chosen.Where(g => _frozen.Exists(f => ReferenceEquals(f.Group, g))).ToList();
        if (twice.Count > 0) throw new ArgumentException($"{Names(twice)} thaws at another update already.", nameof(which));
        _frozen.AddRange(chosen.Select(g => (g, until)));
        return this;
    }

    /// <summary>
    /// Gradual unfreezing (Howard and Ruder 2018): the last layer trains first and each earlier one joins after some updates.
    /// </summary>
    /// <param name="groups">The groups of the model.</param>
    /// <param name="every">Updates between two layers.</param>
    /// <param name="updates">Updates of the whole run.</param>
    /// <exception cref="ArgumentException">A group has no layer, or a layer would never thaw.</exception>
    public static FreezePlan Gradual(ParameterGroups groups, long every, long updates)
    {
        var plan = new FreezePlan(groups, updates);
        if (groups.FirstOrDefault(g => g.Layer is null) is { } without)
            throw new ArgumentException($"Group '{without.Name}' has no layer, so there is no telling when it thaws.", nameof(groups));
        var last = groups.Max(g => g.Layer!.Value);
        foreach (var layer in groups.Select(g => g.Layer!.Value).Distinct().Where(l => l < last))
            plan.Freeze(g => g.Layer == layer, (last - layer) * every);
        return plan;
    }

    /// <summary>Groups that are frozen at an update.</summary>
    /// <param name="update">The update, from 0.</param>
    public IReadOnlyList<ParameterGroup> FrozenAt(long update) => [.. _frozen.Where(f => update < f.Until).Select(f => f.Group)];

    internal void Apply(long update)
    {
        foreach (var (group, until) in _frozen)
            foreach (var parameter in group.Parameters)
                Set(parameter, trains: update >= until);
    }

    private static void Set(Parameter parameter, bool trains)
    {
        if (parameter.requires_grad == trains) return;
        parameter.requires_grad = trains;
        parameter.grad = null;
    }

    private static string Names(IEnumerable<ParameterGroup> groups) => string.Join(", ", groups.Select(g => $"'{g.Name}'"));
}
