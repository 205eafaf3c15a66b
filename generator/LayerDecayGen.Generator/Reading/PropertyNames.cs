using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>The names of generated properties: they clash with no member of the base class and with no section before.</summary>
internal sealed class PropertyNames(Compilation compilation)
{
    private readonly INamedTypeSymbol? _groups = compilation.GetTypeByMetadataName("LayerDecayGen.ParameterGroups");
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _next = new(StringComparer.Ordinal);

    /// <summary>Takes a name, changed where it is taken already.</summary>
    public string Take(string wanted)
    {
        var name = wanted is "Groups" or "LayerScales" || wanted.StartsWith(TypeNames.LayoutClass, StringComparison.Ordinal) || IsInherited(wanted)
            ? wanted + "Section"
            : wanted;
        var unique = name;
        if (!_next.TryGetValue(name, out var n)) n = 2;
        for (; !_taken.Add(unique); n++) unique = name + n.ToString(CultureInfo.InvariantCulture);
        _next[name] = n;
        return unique;
    }

    /// <summary>A registered name as a property: <c>patch_embed</c> becomes <c>PatchEmbed</c>.</summary>
    public static string Pascal(string name)
    {
        var text = new StringBuilder(name.Length);
        var upper = true;
        foreach (var c in name)
        {
            if (!char.IsLetterOrDigit(c))
            {
                upper = true;
                continue;
            }

            text.Append(upper ? char.ToUpperInvariant(c) : c);
            upper = false;
        }

        if (text.Length == 0 || !char.IsLetter(text[0])) text.Insert(0, '_');
        return text.ToString();
    }

    private bool IsInherited(string name)
    {
        for (var type = _groups; type is not null; type = type.BaseType)
            if (!type.GetMembers(name).IsEmpty)
                return true;
        return false;
    }
}
