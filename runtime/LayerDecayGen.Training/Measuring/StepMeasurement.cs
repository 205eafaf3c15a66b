using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>One measured update: the weights before it, and what came of them.</summary>
internal sealed class StepMeasurement
{
    private readonly Measurements _measurements;
    private readonly long _update;
    private readonly List<Measured> _parameters = [];

    public StepMeasurement(Measurements measurements, long update, IReadOnlyList<Optimizer> optimizers, StepPartners partners)
    {
        (_measurements, _update) = (measurements, update);
        using var _ = no_grad();
        foreach (var optimizer in optimizers)
        {
            var known = (optimizer as GroupOptimizer)?.Groups;
            var factors = (optimizer as GroupOptimizer)?.HalfGradientFactors;
            foreach (var (group, i) in optimizer.ParamGroups.Select((g, i) => (g, i)))
            {
                var named = known is not null && i < known.Count ? known[i] : null;
                foreach (var parameter in ((ParamGroup)group).Parameters)
                    if (parameter.requires_grad && parameter.grad is { } gradient)
                        using (gradient)
                            _parameters.Add(Before(parameter, gradient, group, named, i, factors?[i] ?? 1, partners));
            }
        }
    }

    /// <summary>Compares with the weights after the update and publishes what was found.</summary>
    public void End(double loss)
    {
        using (no_grad())
            foreach (var measured in _parameters) measured.Compare();
        var parts = new List<MeasuredPart>();
        parts.AddRange(_parameters.GroupBy(p => (p.Index, p.Group)).Select(g => Part(MeasuredKind.Group, g.Key.Group, [.. g])));
        parts.AddRange(_parameters.Where(p => p.Layer is not null).GroupBy(p => p.Layer!.Value).OrderBy(g => g.Key)
            .Select(g => Part(MeasuredKind.Layer, g.Key.ToString(CultureInfo.InvariantCulture), [.. g])));
        parts.AddRange(_parameters.Where(p => p.Section is not null).GroupBy(p => p.Section!).Select(g => Part(MeasuredKind.Section, g.Key, [.. g])));
        _measurements.Publish(_update, parts, loss);
    }

    private static Measured Before(
        Parameter parameter, Tensor gradient, ILearningRateController group, ParameterGroup? named, int index, double factor, StepPartners partners)
    {
        var name = partners.NameOf(parameter);
        var fact = named?.Owner?.Facts.Parameters.FirstOrDefault(f => f.Name == name);
        return new Measured(parameter, named?.Name ?? index.ToString(CultureInfo.InvariantCulture), index)
        {
            Layer = fact?.Layer,
            Section = fact is { Section: >= 0 } ? named!.Owner!.Sections[fact.Section].Name : null,
            LearningRate = group.LearningRate,
            Momentum = OptimizerGroup.Momentum(group),
            WeightDecay = OptimizerGroup.WeightDecay(group),
            Gradient = Norm(gradient) * (gradient.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? factor : 1),
        };
    }

    private static double Norm(Tensor tensor)
    {
        using var norm = TensorLists.Norm([tensor], 2);
        return norm.item<double>();
    }

    private static MeasuredPart Part(MeasuredKind kind, string name, IReadOnlyList<Measured> of)
    {
        var weights = Together(of.Select(p => p.Weights));
        return new MeasuredPart(kind, name, One(of.Select(p => p.Layer)))
        {
            LearningRate = One(of.Select(p => (double?)p.LearningRate)),
            Momentum = One(of.Select(p => p.Momentum)),
            WeightDecay = of.All(p => p.WeightDecay is null or 0) ? of[0].WeightDecay : One(of.Select(p => p.WeightDecay).Where(d => d is not 0)),
            GradientNorm = Together(of.Select(p => p.Gradient)),
            UpdateRatio = weights == 0 ? null : Together(of.Select(p => p.Change)) / weights,
        };
    }

    private static double Together(IEnumerable<double> norms) => Math.Sqrt(norms.Sum(n => n * n));

    private static T? One<T>(IEnumerable<T?> values) where T : struct => values.Distinct().Take(2).ToArray() is [var one] ? one : null;

    private sealed class Measured
    {
        private readonly Parameter _parameter;
        private readonly Tensor _before;

        public Measured(Parameter parameter, string group, int index)
        {
            (_parameter, Group, Index) = (parameter, group, index);
            _before = parameter.detach().to(ScalarType.Float32, copy: true).DetachFromDisposeScope();
            Weights = Norm(_before);
        }

        public string Group { get; }

        public int Index { get; }

        public int? Layer { get; init; }

        public string? Section { get; init; }

        public double LearningRate { get; init; }

        public double? Momentum { get; init; }

        public double? WeightDecay { get; init; }

        public double Gradient { get; init; }

        public double Weights { get; }

        public double Change { get; private set; }

        public void Compare()
        {
            using var now = _parameter.detach().to(ScalarType.Float32);
            using var change = now - _before;
            Change = Norm(change);
            _before.Dispose();
        }
    }
}
