using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>One parameter of a live model as a single walk meets it.</summary>
/// <param name="Name">The dotted registered name.</param>
/// <param name="LocalName">The name inside the module that holds it; itself dotted in native layers.</param>
/// <param name="Parameter">The registered object, never the wrapper that a property hands out.</param>
/// <param name="Holder">The module that holds it.</param>
internal readonly record struct WalkedParameter(string Name, string LocalName, Parameter Parameter, nn.Module Holder);

/// <summary>
/// Walks a model once, in the order of <c>named_parameters()</c>: own parameters before children, each object at its first name. Unlike
/// <c>named_parameters()</c> it knows the holder, and builds every name once instead of once a level.
/// </summary>
internal static class ModelWalk
{
    public static List<WalkedParameter> Parameters(nn.Module model)
    {
        var found = new List<WalkedParameter>();
        Visit(model, "", found, new HashSet<IntPtr>());
        return found;
    }

    /// <summary>The dotted names of all modules below the model.</summary>
    public static HashSet<string> ModuleNames(nn.Module model) => [.. model.named_modules().Select(m => m.name)];

    private static void Visit(nn.Module module, string prefix, List<WalkedParameter> found, HashSet<IntPtr> seen)
    {
        foreach (var (local, parameter) in module.named_parameters(recurse: false))
            if (!parameter.IsInvalid && seen.Add(parameter.Handle))
                found.Add(new WalkedParameter(prefix + local, local, parameter, module));
        foreach (var (local, child) in module.named_children()) Visit(child, string.Concat(prefix, local, "."), found, seen);
    }
}
