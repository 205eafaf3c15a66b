using LayerDecayGen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune.Training;

/// <summary>How far an update moves the weights of each layer, in parts of their size: the norm of the change over the norm of the weights.</summary>
internal sealed class LayerRatios : IDisposable
{
    private readonly List<(Parameter Live, Tensor Before)[]> _layers = [];

    private LayerRatios() { }

    /// <summary>Keeps the weights of now, where it is asked to.</summary>
    public static LayerRatios Watch(ParameterGroups groups, bool wanted)
    {
        var ratios = new LayerRatios();
        if (!wanted) return ratios;
        using var _ = no_grad();
        foreach (var layer in groups.GroupBy(g => g.Layer).OrderBy(g => g.Key))
            ratios._layers.Add([.. layer.SelectMany(g => g.Parameters).Select(p => (p, p.detach().clone().DetachFromDisposeScope()))]);
        return ratios;
    }

    /// <summary>The ratios from the first layer to the last; null where nothing was kept.</summary>
    public double[]? Read()
    {
        using var _ = no_grad();
        return _layers.Count == 0 ? null : [.. _layers.Select(l => Norm(l, p => p.Live - p.Before) / Norm(l, p => p.Before))];
    }

    private static double Norm((Parameter Live, Tensor Before)[] layer, Func<(Parameter Live, Tensor Before), Tensor> of)
    {
        using var scope = NewDisposeScope();
        return Math.Sqrt(layer.Sum(p => Math.Pow(of(p).to(ScalarType.Float32).norm().item<float>(), 2)));
    }

    public void Dispose()
    {
        foreach (var (_, before) in _layers.SelectMany(l => l)) before.Dispose();
    }
}
