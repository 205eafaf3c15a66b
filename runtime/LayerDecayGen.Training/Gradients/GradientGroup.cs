using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>The gradients of one parameter group that are there.</summary>
/// <param name="Parameters">The parameters that have one; none where the gradients are those of flat storage.</param>
/// <param name="Gradients">Their gradients.</param>
internal sealed record GradientGroup(Tensor[] Parameters, Tensor[] Gradients) : IDisposable
{
    private bool IsFlat { get; init; }

    /// <summary>The gradients of an optimizer's groups, as few tensors as there are.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="eachParameter">Whether each parameter's own is needed.</param>
    public static IEnumerable<GradientGroup> Of(Optimizer optimizer, bool eachParameter) =>
        !eachParameter && (optimizer as IGroupOptimizer)?.TakeFlatGradients() is { } flat
            ? flat.Select(whole => new GradientGroup([], whole) { IsFlat = true })
            : optimizer.ParamGroups.Cast<ParamGroup>().Select(g => Of(g.Parameters));

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
        if (IsFlat) return;
        foreach (var gradient in Gradients) gradient.Dispose();
    }
}
