using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>
/// The names that a model's tensors had before members were renamed. A file states the renames that its model already had, so that two members
/// which exchanged names are exchanged once.
/// </summary>
internal sealed class FormerNames
{
    private readonly List<Rename[]> _renames;

    private sealed record Rename(string Parent, string Now, string Then)
    {
        public string Prefix => Parent.Length == 0 ? Now : $"{Parent}.{Now}";

        public string Text => $"{Parent}|{Now}|{Then}";
    }

    // Inner members first: their prefixes are written with today's names.
    private FormerNames(IEnumerable<Rename> renames) =>
        _renames = [.. renames.Distinct().GroupBy(r => r.Parent).OrderByDescending(g => g.Key.Length).Select(g => g.ToArray())];

    public static FormerNames Of(nn.Module model) =>
        new(model.named_modules().Where(m => m.name.Length > 0).Prepend((name: "", module: model)).SelectMany(m => Renamed(m.name, m.module)));

    /// <summary>The renames, for a file.</summary>
    public IReadOnlyList<string> Texts => [.. _renames.SelectMany(m => m).Select(r => r.Text)];

    /// <summary>Those that a file's model did not have yet.</summary>
    public FormerNames Since(IReadOnlyCollection<string> known) => new(_renames.SelectMany(m => m).Where(r => !known.Contains(r.Text)));

    /// <summary>The names that a tensor may have had, the one with most renames first; without the present one.</summary>
    public IEnumerable<string> Of(string name)
    {
        // The renames of one module go side by side: where two members exchanged names, one must not undo the other.
        List<string> names = [name];
        foreach (var module in _renames)
        {
            var before = names.ToList();
            foreach (var rename in module)
                foreach (var known in before.Where(n => n == rename.Prefix || n.StartsWith(rename.Prefix + ".", StringComparison.Ordinal)))
                    names.Add(rename.Prefix[..^rename.Now.Length] + rename.Then + known[rename.Prefix.Length..]);
        }

        return names.Skip(1).Reverse();
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "TorchSharp registers by these fields too; where one was trimmed it has no name to change.")]
    private static IEnumerable<Rename> Renamed(string parent, nn.Module module)
    {
        const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        for (var type = module.GetType(); type is not null && type != typeof(nn.Module); type = type.BaseType)
        {
            foreach (var field in type.GetFields(own))
                foreach (var former in field.GetCustomAttributes<FormerlyNamedAttribute>())
                    foreach (var rename in Both(field, former.Name)) yield return rename;
            foreach (var property in type.GetProperties(own))
                foreach (var former in property.GetCustomAttributes<FormerlyNamedAttribute>())
                    if (type.GetField(BackingField(property.Name), own) is { } field)
                        foreach (var rename in Both(field, former.Name)) yield return rename;
        }

        IEnumerable<Rename> Both(FieldInfo field, string then)
        {
            var now = field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name;
            return [new(parent, now, BackingField(then)), new(parent, now, then)];
        }
    }

    private static string BackingField(string property) => $"<{property}>k__BackingField";
}
