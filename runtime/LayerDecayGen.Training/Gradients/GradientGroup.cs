using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>The gradients of one parameter group that are there.</summary>
/// <param name="Parameters">The parameters that have one.</param>
/// <param name="Gradients">Their gradients.</param>
internal sealed record GradientGroup(Tensor[] Parameters, Tensor[] Gradients) : IDisposable
{
    public static GradientGroup Of(IEnumerable<Parameter> parameters)
    {
        var pairs = parameters.Select(p => (Parameter: p, Gradient: p.grad)).Where(p => p.Gradient is not null).ToList();
        return new([.. pairs.Select(p => p.Parameter)], [.. pairs.Select(p => p.Gradient!)]);
    }

    public static GradientGroup Merge(IReadOnlyList<GradientGroup> groups) => groups.Count == 1
        ? groups[0]
        : new([.. groups.SelectMany(g => g.Parameters)], [.. groups.SelectMany(g => g.Gradients)]);

    public void Dispose()
    {
        foreach (var gradient in Gradients) gradient.Dispose();
    }
}
