using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>What is the same for all models of one compilation, found once. It lives no longer than the compilation does.</summary>
internal sealed class CompilationFacts(Compilation compilation, ConditionalWeakTable<SyntaxTree, TreeSignature> signatures)
{
    private readonly ConcurrentDictionary<INamespaceSymbol, HashSet<string>> _twins = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<string, bool> _inherited = new(StringComparer.Ordinal);
    private readonly INamedTypeSymbol? _groups = compilation.GetTypeByMetadataName("LayerDecayGen.ParameterGroups");

    /// <summary>What names mean.</summary>
    public NameScopes Scopes { get; } = new(compilation);

    /// <summary>What decides the meaning of names.</summary>
    public Surroundings Surroundings { get; } = Surroundings.Of(compilation, signatures);

    /// <summary>Whether another class beside this one has its name in other capitals: files do not tell the two apart.</summary>
    public bool HasTwin(INamedTypeSymbol type) => type.ContainingType is { } outer
        ? Twins(outer.GetTypeMembers()).Contains(type.Name)
        : _twins.GetOrAdd(type.ContainingNamespace, static space => Twins(space.GetTypeMembers())).Contains(type.Name);

    /// <summary>Whether <c>ParameterGroups</c> has a member of a name, which a generated property would hide.</summary>
    public bool IsInherited(string name) => _inherited.GetOrAdd(name, wanted =>
    {
        for (var type = _groups; type is not null; type = type.BaseType)
            if (!type.GetMembers(wanted).IsEmpty)
                return true;
        return false;
    });

    private static HashSet<string> Twins(IEnumerable<INamedTypeSymbol> types)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var twins = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var type in types)
        {
            if (!seen.TryGetValue(type.Name, out var first)) seen.Add(type.Name, type.Name);
            else if (first != type.Name) twins.Add(type.Name);
        }

        return twins;
    }
}
