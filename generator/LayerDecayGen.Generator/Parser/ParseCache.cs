using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// Results by class, valid while everything that was read for them is: the trees of all types met, and the surroundings that decide what a
/// name means. Binding the attributes of one model costs Roslyn some 150 KB, and the transform runs for every model at every edit.
/// </summary>
internal sealed class ParseCache
{
    private readonly ConditionalWeakTable<SyntaxNode, Entry> _entries = new();
    private readonly ConditionalWeakTable<Compilation, CompilationFacts> _facts = new();
    private readonly ConditionalWeakTable<SyntaxTree, TreeSignature> _signatures = new();

    /// <summary>The result kept for a class, if nothing that it depends on differs.</summary>
    public ParseResult? Find(SyntaxNode target, Compilation compilation) =>
        _entries.TryGetValue(target, out var entry) && entry.Surroundings.Equals(FactsOf(compilation).Surroundings) && AllIn(entry.Trees, compilation) ? entry.Result : null;

    /// <summary>Keeps a result.</summary>
    /// <param name="target">The class.</param>
    /// <param name="compilation">What it was read in.</param>
    /// <param name="read">The trees that were read; null where something was read that trees do not tell, so that nothing can be
    /// kept.</param>
    /// <param name="result">The result.</param>
    public void Keep(SyntaxNode target, Compilation compilation, Dependencies read, ParseResult result)
    {
        _entries.Remove(target);
        if (read.Trees is { } trees) _entries.Add(target, new Entry(FactsOf(compilation).Surroundings, [.. trees], result));
    }

    /// <summary>What is the same for all models of a compilation.</summary>
    public CompilationFacts FactsOf(Compilation compilation) => _facts.GetValue(compilation, c => new CompilationFacts(c, _signatures));

    private static bool AllIn(SyntaxTree[] trees, Compilation compilation)
    {
        foreach (var tree in trees)
            if (!compilation.ContainsSyntaxTree(tree))
                return false;
        return true;
    }

    private sealed class Entry(Surroundings surroundings, SyntaxTree[] trees, ParseResult result)
    {
        public Surroundings Surroundings { get; } = surroundings;

        public SyntaxTree[] Trees { get; } = trees;

        public ParseResult Result { get; } = result;
    }
}

/// <summary>The trees that a result was read from.</summary>
internal sealed class Dependencies
{
    /// <summary>The trees; null once something was read that they do not tell.</summary>
    public HashSet<SyntaxTree>? Trees { get; private set; } = [];

    /// <summary>Notes all declarations of a type.</summary>
    public void Add(INamedTypeSymbol type)
    {
        foreach (var reference in type.DeclaringSyntaxReferences) Trees?.Add(reference.SyntaxTree);
    }

    /// <summary>Something was read whose value may come from anywhere, such as a constant: the result cannot be kept.</summary>
    public void AddUnknown() => Trees = null;
}
