using System.Reflection;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>The names that a model's tensors had before members were renamed.</summary>
internal sealed class FormerNames
{
    // Inner members first: their prefixes are told in today's names.
    private readonly List<(string Parent, string Now, string Then)> _renamed;

    public FormerNames(nn.Module model)
    {
        var modules = model.named_modules().Where(m => m.name.Length > 0).Prepend((name: "", module: model));
        _renamed = [.. modules.SelectMany(m => Renamed(m.name, m.module)).Distinct().OrderByDescending(r => r.Parent.Length)];
    }

    /// <summary>The name itself, then what it may have been.</summary>
    public IEnumerable<string> Of(string name)
    {
        List<string> names = [name];
        foreach (var (parent, now, then) in _renamed)
        {
            var prefix = parent.Length == 0 ? now : $"{parent}.{now}";
            foreach (var known in names.Where(n => n == prefix || n.StartsWith(prefix + ".", StringComparison.Ordinal)).ToList())
                names.Add(prefix[..^now.Length] + then + known[prefix.Length..]);
        }

        return names;
    }

    private static IEnumerable<(string Parent, string Now, string Then)> Renamed(string parent, nn.Module module)
    {
        for (var type = module.GetType(); type is not null && type != typeof(nn.Module); type = type.BaseType)
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                foreach (var former in field.GetCustomAttributes<FormerlyNamedAttribute>())
                    yield return (parent, field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name, former.Name);
    }
}
