using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>One parameter of a live model as a single walk meets it.</summary>
/// <param name="Name">The dotted registered name.</param>
/// <param name="LocalName">The name inside the module that holds it; itself dotted in native layers.</param>
/// <param name="Parameter">The registered object, never the wrapper that a property hands out.</param>
/// <param name="Holder">The module that holds it.</param>
/// <param name="SameAs">The position of the name under which the same object was met before; -1 for the first name.</param>
internal readonly record struct WalkedParameter(string Name, string LocalName, Parameter Parameter, nn.Module Holder, int SameAs);

/// <summary>
/// Walks a model once, in the order of <c>named_parameters()</c>: own parameters before children. Unlike <c>named_parameters()</c> it knows
/// the holder, gives an object that is registered under several names at each of them, and builds every name once instead of once per level.
/// </summary>
internal sealed class ModelWalk
{
    private readonly Dictionary<IntPtr, int> _seen = [];

    private ModelWalk(nn.Module model) => Visit(model, "");

    /// <summary>The parameters that the model can use.</summary>
    public List<WalkedParameter> Parameters { get; } = [];

    /// <summary>The buffers, under each of their names.</summary>
    public List<(string Name, Tensor Buffer)> Buffers { get; } = [];

    /// <summary>Buffers that look like weights: floating-point, of two dimensions or more.</summary>
    public IReadOnlyList<string> WeightLikeBuffers => [.. Buffers.Where(b => b.Buffer.dim() >= 2 && b.Buffer.is_floating_point()).Select(b => b.Name)];

    public static ModelWalk Of(nn.Module model) => new(model);

    /// <summary>The dotted names of all modules below the model.</summary>
    public static HashSet<string> ModuleNames(nn.Module model) => [.. model.named_modules().Select(m => m.name)];

    private void Visit(nn.Module module, string prefix)
    {
        foreach (var (local, parameter) in module.named_parameters(recurse: false))
        {
            if (parameter.IsInvalid) continue;
            var first = _seen.TryAdd(parameter.Handle, Parameters.Count) ? -1 : _seen[parameter.Handle];
            Parameters.Add(new WalkedParameter(prefix + local, local, parameter, module, first));
        }

        foreach (var (local, buffer) in module.named_buffers(recurse: false))
            if (!buffer.IsInvalid)
                Buffers.Add((prefix + local, buffer));
        foreach (var (local, child) in module.named_children()) Visit(child, string.Concat(prefix, local, "."));
    }
}
