using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// What decides the meaning of type names in a compilation: references, options, global usings, and which types are declared.
/// </summary>
internal sealed class Surroundings : IEquatable<Surroundings>
{
    private readonly ImmutableArray<MetadataReference> _references;
    private readonly CompilationOptions _options;
    private readonly ulong _declared;

    private Surroundings(Compilation compilation, ulong declared) =>
        (_references, _options, _declared) = (compilation.ExternalReferences, compilation.Options, declared);

    public static Surroundings Of(Compilation compilation, ConditionalWeakTable<SyntaxTree, TreeSignature> signatures)
    {
        var declared = TreeSignature.Seed;
        foreach (var tree in compilation.SyntaxTrees)
            declared = TreeSignature.Mix(declared, signatures.GetValue(tree, static t => new TreeSignature(t)).Value);
        return new Surroundings(compilation, declared);
    }

    public bool Equals(Surroundings? other) => ReferenceEquals(this, other)
        || (other is not null && _declared == other._declared && _options.Equals(other._options) && SameReferences(other));

    public override bool Equals(object? obj) => Equals(obj as Surroundings);

    public override int GetHashCode() => _declared.GetHashCode();

    private bool SameReferences(Surroundings other)
    {
        if (_references == other._references) return true;
        if (_references.Length != other._references.Length) return false;
        for (var i = 0; i < _references.Length; i++)
            if (!ReferenceEquals(_references[i], other._references[i]))
                return false;
        return true;
    }
}

/// <summary>
/// A hash of what one file adds to the names of all others: its namespaces, its types with modifiers, bases and constraints, and its global
/// usings. Members and bodies are no part of it.
/// </summary>
internal sealed class TreeSignature
{
    public const ulong Seed = 14695981039346656037;

    public TreeSignature(SyntaxTree tree)
    {
        Value = Mix(Seed, tree.Options.GetHashCode() is var options ? (ulong)(uint)options : 0);
        if (tree.GetRoot() is not CompilationUnitSyntax unit) return;
        foreach (var alias in unit.Externs) Add(alias);
        foreach (var directive in unit.Usings)
            if (directive.GlobalKeyword.RawKind != 0)
                Add(directive);
        Add(unit.Members);
    }

    public ulong Value { get; private set; }

    public static ulong Mix(ulong hash, ulong value) => unchecked(((hash ^ value) * 1099511628211) + (value >> 32));

    private void Add(SyntaxList<MemberDeclarationSyntax> members)
    {
        foreach (var member in members)
        {
            switch (member)
            {
                case BaseNamespaceDeclarationSyntax space:
                    Add(space.Name);
                    Add(space.Members);
                    Add('}');
                    break;
                case BaseTypeDeclarationSyntax type: Add(type); break;
                case DelegateDeclarationSyntax function:
                    Add(function.Identifier.ValueText);
                    Add((char)(function.TypeParameterList?.Parameters.Count ?? 0));
                    break;
            }
        }
    }

    private void Add(BaseTypeDeclarationSyntax type)
    {
        Add((char)type.RawKind);
        foreach (var modifier in type.Modifiers) Add(modifier.ValueText);
        Add(type.Identifier.ValueText);
        if (type.BaseList is { } bases) Add(bases);
        if (type is TypeDeclarationSyntax declaration)
        {
            if (declaration.TypeParameterList is { } parameters) Add(parameters);
            foreach (var constraint in declaration.ConstraintClauses) Add(constraint);
            Add(declaration.Members);
        }

        Add('}');
    }

    private void Add(SyntaxNode node) => Add(node.ToString());

    private void Add(string text)
    {
        foreach (var c in text) Add(c);
        Add('\0');
    }

    private void Add(char c) => Value = Mix(Value, c);
}
