using TorchSharp;

namespace LayerDecayGen.Layout;

/// <summary>
/// The classes of a live model's modules by name: where one list holds blocks of several classes, or a member of a base type may hold one
/// of several, each class keeps the attributes that it carries.
/// </summary>
/// <param name="model">The live model.</param>
public sealed class ElementTypes(torch.nn.Module model)
{
    private Dictionary<string, Type>? _types;

    /// <summary>Which of some classes the module of a name is, or derives from.</summary>
    /// <param name="module">A dotted name as <c>named_modules()</c> gives it.</param>
    /// <param name="classes">Full names of class definitions.</param>
    /// <returns>The index of the most derived of them that fits; -1 for none.</returns>
    public int IndexOf(string module, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        _types ??= Read();
        if (!_types.TryGetValue(module, out var type)) return -1;
        for (var level = type; level is not null; level = level.BaseType)
            for (var i = 0; i < classes.Count; i++)
                if ((level.IsGenericType ? level.GetGenericTypeDefinition() : level).FullName == classes[i])
                    return i;
        return -1;
    }

    private Dictionary<string, Type> Read()
    {
        var types = new Dictionary<string, Type>(StringComparer.Ordinal);
        foreach (var (name, module) in model.named_modules()) types.TryAdd(name, module.GetType());
        return types;
    }
}
