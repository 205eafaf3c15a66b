using System.Globalization;
using System.Reflection;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>
/// The state of optimizers by parameter name, read from and written to TorchSharp's state objects, whose public fields are the state.
/// </summary>
internal sealed class OptimizerStates
{
    private readonly List<Held> _held = [];

    public OptimizerStates(nn.Module model, IReadOnlyList<Optimizer> optimizers)
    {
        var names = model.named_parameters().ToDictionary(p => p.parameter.Handle, p => p.name);
        foreach (var optimizer in optimizers.Cast<OptimizerHelper>())
        {
            var states = optimizer.state_dict().State.GetEnumerator();
            foreach (var group in optimizer.ParamGroups.Cast<ParamGroup>())
                foreach (var parameter in group.Parameters)
                {
                    states.MoveNext();
                    var name = names.GetValueOrDefault(parameter.Handle)
                        ?? throw new InvalidOperationException("An optimizer holds a parameter that is not the model's: was the model moved after?");
                    _held.Add(new(name, parameter, (OptimizerState)states.Current!, group, optimizer.GetType().Name));
                }
        }
    }

    /// <summary>A parameter with its state, its group, and the name of its optimizer.</summary>
    public sealed record Held(string Name, Parameter Parameter, OptimizerState State, ParamGroup Group, string Optimizer)
    {
        private IEnumerable<FieldInfo> Fields => State.GetType().GetFields();

        public IEnumerable<(string Field, Tensor Tensor)> Tensors() =>
            Fields.Select(f => (f.Name, f.GetValue(State) as Tensor)).Where(f => f.Item2 is not null).Select(f => (f.Name, f.Item2!));

        public Dictionary<string, double> Numbers() => Fields.Where(f => f.FieldType != typeof(Tensor))
            .ToDictionary(f => f.Name, f => Convert.ToDouble(f.GetValue(State), CultureInfo.InvariantCulture));

        public void Restore(Dictionary<string, double> numbers, Func<string, Tensor?> tensor)
        {
            foreach (var field in Fields)
                if (field.FieldType == typeof(Tensor)) Replace(field, tensor(field.Name));
                else field.SetValue(State, Convert.ChangeType(numbers[field.Name], field.FieldType, CultureInfo.InvariantCulture));
        }

        private void Replace(FieldInfo field, Tensor? loaded)
        {
            (field.GetValue(State) as Tensor)?.Dispose();
            field.SetValue(State, loaded?.to(Parameter.device).DetachFromDisposeScope());
        }
    }

    public IReadOnlyList<Held> All => _held;

    public void Describe(CheckpointManifest manifest)
    {
        var groups = new Dictionary<ParamGroup, int>();
        foreach (var held in _held)
        {
            if (groups.TryAdd(held.Group, groups.Count)) manifest.Groups.Add(new(held.Optimizer, Options(held.Group.Options)));
            manifest.Parameters.Add(held.Name, new(groups[held.Group], held.Numbers()));
        }
    }

    private static Dictionary<string, double> Options(OptimizerOptions options)
    {
        var all = options.GetType().GetFields().ToDictionary(f => f.Name, f => Convert.ToDouble(f.GetValue(options), CultureInfo.InvariantCulture));
        (all[nameof(OptimizerOptions.LearningRate)], all[nameof(OptimizerOptions.InitialLearningRate)]) =
            (options.LearningRate!.Value, options.InitialLearningRate);
        return all;
    }

    /// <summary>Gives each group the options its members were saved with; where they differ among members, the group's own stay.</summary>
    public void RestoreOptions(CheckpointManifest manifest, Func<string, string> savedName, CheckpointDifference difference)
    {
        foreach (var group in _held.GroupBy(h => h.Group))
        {
            var saved = group.Select(h => manifest.Parameters.GetValueOrDefault(savedName(h.Name))).Where(p => p is not null)
                .Select(p => manifest.Groups[p!.Group]).Where(g => g.Optimizer == group.First().Optimizer).Distinct().ToList();
            if (saved.Count == 0) continue;
            if (saved.TrueForAll(g => Same(g.Options, saved[0].Options))) Set(group.Key.Options, saved[0].Options);
            else difference.Note($"the group of '{group.First().Name}' was several groups with different options; it keeps its own");
        }
    }

    private static bool Same(Dictionary<string, double> a, Dictionary<string, double> b) =>
        a.Count == b.Count && a.All(o => b.TryGetValue(o.Key, out var value) && o.Value.Equals(value));

    private static void Set(OptimizerOptions options, Dictionary<string, double> saved)
    {
        (options.LearningRate, options.InitialLearningRate) =
            (saved[nameof(OptimizerOptions.LearningRate)], saved[nameof(OptimizerOptions.InitialLearningRate)]);
        foreach (var field in options.GetType().GetFields())
            if (saved.TryGetValue(field.Name, out var value))
                field.SetValue(options, Convert.ChangeType(value, Nullable.GetUnderlyingType(field.FieldType)!, CultureInfo.InvariantCulture));
    }
}
