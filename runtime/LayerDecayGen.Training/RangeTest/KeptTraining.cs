using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>Tensors of a model, state of its optimizers and the random numbers, put back when disposed.</summary>
internal sealed class KeptTraining : IDisposable
{
    private readonly List<(Tensor Live, Tensor Kept)> _tensors;
    private readonly List<(OptimizerHelper Optimizer, MemoryStream State)> _states = [];
    private readonly List<(ILearningRateController Group, double Scale)> _rates = [];
    private readonly Tensor _random = random.get_rng_state().DetachFromDisposeScope();

    public KeptTraining(nn.Module model, IReadOnlyList<Optimizer> optimizers)
    {
        using var _ = no_grad();
        _tensors = [.. ModelTensors.Of(model).Select(t => (t.Tensor, t.Tensor.detach().clone().DetachFromDisposeScope()))];
        var highest = optimizers.SelectMany(o => o.ParamGroups).Max(g => g.LearningRate);
        foreach (var optimizer in optimizers)
        {
            if (optimizer is not OptimizerHelper helper) throw new ArgumentException($"{optimizer.GetType().Name} has no state that can be put back: use one of TorchSharp's other optimizers.", nameof(optimizers));
            var state = new MemoryStream();
            using (var writer = new BinaryWriter(state, System.Text.Encoding.UTF8, leaveOpen: true)) helper.save_state_dict(writer);
            if (helper is GroupOptimizer own)
                _tensors.AddRange(own.Masters.SelectMany(m => m.Values).Select(m => (m, m.clone().DetachFromDisposeScope())));
            _states.Add((helper, state));
            _rates.AddRange(helper.ParamGroups.Select(g => (g, highest == 0 ? 1 : g.LearningRate / highest)));
        }
    }

    /// <summary>Sets the rate of the fastest group; the others keep their ratio to it.</summary>
    public void SetBaseRate(double rate)
    {
        foreach (var (group, scale) in _rates) group.LearningRate = rate * scale;
    }

    public void Dispose()
    {
        using (no_grad())
            foreach (var (live, kept) in _tensors)
            {
                live.copy_(kept);
                kept.Dispose();
            }

        foreach (var (optimizer, state) in _states)
        {
            state.Position = 0;
            using var reader = new BinaryReader(state);
            optimizer.load_state_dict(reader);
        }

        random.set_rng_state(_random);
        _random.Dispose();
    }
}
