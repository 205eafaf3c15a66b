using System.Reflection;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>
/// The state of an optimizer by parameter name, and the options of its groups. Other groups and another order load as well: a group gets the
/// options that its parameters were saved with.
/// </summary>
internal sealed class OptimizerPart : ICheckpointPart
{
    private readonly OptimizerHelper _optimizer;
    private readonly nn.Module _model;

    public OptimizerPart(string name, nn.Module model, Optimizer optimizer)
    {
        (Name, _model) = (name, model);
        _optimizer = optimizer as OptimizerHelper ?? throw new ArgumentException(
            $"{optimizer.GetType().Name} keeps its state in native code that TorchSharp does not show, so it cannot be saved. Use another optimizer, "
            + "or save the weights alone.", nameof(optimizer));
    }

    private const string Master = "master";

    public string Name { get; }

    /// <summary>A parameter with its state and its group.</summary>
    private sealed record Held(string Name, Parameter Parameter, OptimizerState State, ParamGroup Group, Tensor? Master);

    public void Save(PartWriter to)
    {
        var (held, groups) = (Read(), new Dictionary<ParamGroup, int>(ReferenceEqualityComparer.Instance));
        var text = new OptimizerText(Kind(held), [], []);
        foreach (var one in held)
        {
            if (groups.TryAdd(one.Group, groups.Count)) text.Groups.Add(StateFields.Options(one.Group.Options));
            text.Parameters.Add(one.Name, new ParameterText(groups[one.Group], StateFields.Numbers(one.State)));
            foreach (var (field, tensor) in StateFields.Tensors(one.State)) to.Add($"{one.Name}/{field}", tensor);
            if (one.Master is { } master) to.Add($"{one.Name}/{Master}", master);
        }

        to.Text = PartText.Write(text, PartJson.Default.OptimizerText);
    }

    public Action Load(SavedPart saved)
    {
        var (text, held) = (PartText.Read(saved, PartJson.Default.OptimizerText), Read());
        if (text.Kind != Kind(held)) throw new CheckpointException($"The part '{Name}' is of {Shown.Text(text.Kind)}, and the optimizer here is {Kind(held)}.");
        var optionFields = held.Count == 0 ? [] : StateFields.Of(held[0].Group.Options).ToDictionary(f => f.Name, f => f.FieldType, StringComparer.Ordinal);
        for (var g = 0; g < text.Groups.Count; g++) CheckOptions(text.Groups[g], held, optionFields, $"group {g} of the part '{Name}'");
        foreach (var (name, parameter) in text.Parameters)
            if (parameter.Group < 0 || parameter.Group >= text.Groups.Count)
                throw new CheckpointException($"'{Shown.Text(name)}' of the part '{Name}' is in group {parameter.Group}, and there are {text.Groups.Count}.");
        var actions = new List<Action>();
        foreach (var one in held) LoadState(one, text, saved, actions);
        LoadOptions(held, text, saved, actions);
        NoteUnused(saved, held, text);
        return () => actions.ForEach(a => a());
    }

    private List<Held> Read()
    {
        var names = _model.named_parameters().ToDictionary(p => p.parameter.Handle, p => p.name);
        var members = _optimizer.ParamGroups.Cast<ParamGroup>().SelectMany(g => g.Parameters, (g, p) => (Group: g, Parameter: p)).ToList();
        if (members.Exists(m => m.Parameter.IsInvalid || !names.ContainsKey(m.Parameter.Handle)))
            throw new InvalidOperationException(
                "An optimizer holds a parameter that is not the model's: was the model moved to another device or dtype after the optimizer was made? "
                + "Move the model first, then make groups and optimizer.");
        var (states, masters) = (_optimizer.state_dict().State, MastersByHandle());
        if (states.Count != members.Count) throw new InvalidOperationException($"The optimizer has {members.Count} parameters and {states.Count} states.");
        var held = members.Zip(states, (m, s) => new Held(names[m.Parameter.Handle], m.Parameter, s, m.Group, masters.GetValueOrDefault(m.Parameter.Handle))).ToList();
        return held;
    }

    private Dictionary<IntPtr, Tensor> MastersByHandle()
    {
        if (_optimizer is not GroupOptimizer ours) return [];
        return ours.Groups.Zip(ours.Masters).SelectMany(g => g.First.ParameterNames.Zip(g.First.Parameters, (n, p) => (p.Handle, Master: g.Second.GetValueOrDefault(n))))
            .Where(p => p.Master is not null).ToDictionary(p => p.Handle, p => p.Master!);
    }

    private string Kind(List<Held> held) => held.Count > 0 ? StateFields.Kind(held[0].State) : _optimizer.GetType().Name;

    private static void CheckOptions(Dictionary<string, double> options, List<Held> held, Dictionary<string, Type> fields, string where)
    {
        foreach (var (name, value) in options) StateFields.Check(name, value, fields.GetValueOrDefault(name), where);
        if (held.Count == 0) return;
        var own = StateFields.Options(held[0].Group.Options);
        if (!own.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(options.Keys))
            throw new CheckpointException($"The options of {where} are {string.Join(", ", options.Keys.Select(Shown.Text))}; here they are {string.Join(", ", own.Keys)}.");
    }

    private void LoadState(Held one, OptimizerText text, SavedPart saved, List<Action> actions)
    {
        if (saved.Names.Of(one.Name) is not { } savedName || !text.Parameters.TryGetValue(savedName, out var entry))
        {
            saved.Difference.Note($"'{one.Name}' has no {text.Kind} state in the checkpoint; it keeps what it has");
            return;
        }

        LoadMaster(one, $"{savedName}/{Master}", saved, actions);
        foreach (var field in StateFields.Of(one.State))
        {
            var where = $"'{one.Name}' in the part '{Name}'";
            if (field.FieldType == typeof(Tensor)) actions.Add(LoadTensor(one, field, $"{savedName}/{field.Name}", text.Groups[entry.Group], saved));
            else if (!entry.Numbers.TryGetValue(field.Name, out var value)) throw new CheckpointException($"'{field.Name}' of {where} is missing.");
            else
            {
                var number = StateFields.Number(field.Name, value, field.FieldType, where);
                actions.Add(() => field.SetValue(one.State, number));
            }
        }
    }

    // Without saved masters, or where the weights are others, the optimizer takes them from the weights before its next update.
    private static void LoadMaster(Held one, string name, SavedPart saved, List<Action> actions)
    {
        if (saved.Find(name) is null)
        {
            if (one.Master is not null) saved.Difference.Note($"'{one.Name}' has no master weights in the checkpoint; they are taken from the weights");
            return;
        }

        if (one.Master is { } master) actions.Add(saved.CopyInto(name, master));
        else saved.Difference.Note($"the master weights of '{one.Name}' are not used: the optimizer here has none");
    }

    private Action LoadTensor(Held one, FieldInfo field, string name, Dictionary<string, double> options, SavedPart saved)
    {
        var live = field.GetValue(one.State) as Tensor;
        if (saved.Find(name) is not { } entry)
        {
            if (!StateFields.MayBeNull(StateFields.Kind(one.State), field.Name, options))
                throw new CheckpointException($"The part '{Name}' lacks '{Shown.Text(name)}', without which the optimizer cannot step.");
            return () =>
            {
                field.SetValue(one.State, null);
                live?.Dispose();
            };
        }

        if (live is not null) return saved.CopyInto(name, live);
        if (entry.Dtype != (one.Master ?? one.Parameter).dtype || !entry.Shape.AsSpan().SequenceEqual(one.Parameter.shape))
            throw new CheckpointException($"{entry} of the part '{Name}' does not fit its parameter, {(one.Master ?? one.Parameter).dtype} {Shown.Shape(one.Parameter.shape)}.");
        var made = zeros_like(one.Master ?? one.Parameter, requires_grad: false);
        var copy = saved.CopyInto(name, made);
        return () =>
        {
            copy();
            field.SetValue(one.State, made.DetachFromDisposeScope());
        };
    }

    private static void LoadOptions(List<Held> held, OptimizerText text, SavedPart saved, List<Action> actions)
    {
        foreach (var group in held.GroupBy(h => h.Group, ReferenceEqualityComparer.Instance))
        {
            var (first, live) = (group.First().Name, group.First().Group.Options);
            var options = group.Select(h => saved.Names.Of(h.Name) is { } n ? text.Parameters.GetValueOrDefault(n) : null).OfType<ParameterText>()
                .Select(p => text.Groups[p.Group]).ToList();
            if (options.Count == 0) continue;
            if (!options.TrueForAll(o => Same(o, options[0])))
            {
                saved.Difference.Note($"the group of '{first}' was several groups with different options; it keeps its own");
                continue;
            }

            foreach (var (name, value) in StateFields.Options(live).Where(o => !IsRate(o.Key) && options[0][o.Key] != o.Value))
                saved.Difference.Note(FormattableString.Invariant($"{name} of the group of '{first}' becomes {options[0][name]} as it was saved; it is {value} here"));
            actions.Add(() => StateFields.Set(live, options[0]));
        }
    }

    // Schedules change these all the time.
    private static bool IsRate(string option) => option is nameof(OptimizerOptions.LearningRate) or nameof(OptimizerOptions.InitialLearningRate) or "momentum" or "beta1" or "weight_decay";

    private static bool Same(Dictionary<string, double> a, Dictionary<string, double> b) =>
        a.Count == b.Count && a.All(o => b.TryGetValue(o.Key, out var value) && o.Value.Equals(value));

    private void NoteUnused(SavedPart saved, List<Held> held, OptimizerText text)
    {
        var here = held.Select(h => saved.Names.Of(h.Name)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var name in text.Parameters.Keys.Where(n => !here.Contains(n)))
        {
            foreach (var unused in saved.Unused.Where(u => u.StartsWith(name + "/", StringComparison.Ordinal)).ToList()) saved.Find(unused);
            saved.Difference.Note($"the {text.Kind} state of '{Shown.Text(name)}' has no place in the part '{Name}' here");
        }
    }
}
