using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>A value given to a member that can hold a component. <c>OfThis</c>: of the same instance.</summary>
internal sealed record Assignment(ISymbol Member, IOperation Value, ISymbol Where, SyntaxNode Syntax, bool OfThis);

/// <summary>
/// A call of <c>register_module</c> or one of its kin; the name is null where it is not a constant. Registering null takes a name away.
/// </summary>
internal sealed record NamedRegistration(
    string Method, string? Name, SyntaxNode NameSyntax, ISymbol? Member, bool Removes, ISymbol Where, SyntaxNode Syntax);

/// <summary>Modules put into a container of TorchSharp, or into a collection that may be handed to one.</summary>
internal sealed record Fill(
    ITypeSymbol? Container, ISymbol? Receiver, ImmutableArray<IOperation> Elements, ISymbol Where, SyntaxNode Syntax);

/// <summary>A call of a method of the same instance.</summary>
internal sealed record OwnCall(IMethodSymbol Method, ISymbol Where, SyntaxNode Syntax);

/// <summary>What the code of one module class does with its components, in source order, before any rule judges it.</summary>
internal sealed class ModuleFacts(INamedTypeSymbol type, ModelScope scope)
{
    private Dictionary<ISymbol, List<Assignment>>? _assignments;
    private Dictionary<ISymbol, List<Fill>>? _fills;

    public INamedTypeSymbol Type { get; } = type;

    public ModelScope Scope { get; } = scope;

    public ConcurrentQueue<Assignment> Assignments { get; } = [];

    public ConcurrentQueue<NamedRegistration> NamedRegistrations { get; } = [];

    public ConcurrentQueue<Fill> Fills { get; } = [];

    public ConcurrentQueue<OwnCall> OwnCalls { get; } = [];

    /// <summary>Members handed to a call or a constructor, whole or an element of them, with the type that takes them.</summary>
    public ConcurrentQueue<(ISymbol Member, ITypeSymbol? Taker)> Arguments { get; } = [];

    /// <summary>Members whose tensor is made to require grad.</summary>
    public ConcurrentQueue<ISymbol> GradRequests { get; } = [];

    /// <summary>
    /// Parameters of the primary constructor that a member other than an initializer reads, which makes them hidden fields.
    /// </summary>
    public ConcurrentQueue<IParameterSymbol> Captures { get; } = [];

    /// <summary>Whether the member is registered by hand at or after a place in the same member's body.</summary>
    public bool IsRegisteredByHand(ISymbol member, ISymbol where, int position)
    {
        foreach (var registration in NamedRegistrations)
        {
            if (!SymbolEqualityComparer.Default.Equals(registration.Where, where) || registration.Syntax.Span.End < position) continue;
            if (SymbolEqualityComparer.Default.Equals(registration.Member, member) || registration.Name == member.Name) return true;
        }

        return false;
    }

    /// <summary>What a member is given; asked once all code is read.</summary>
    public IReadOnlyList<Assignment> AssignmentsTo(ISymbol member) => In(_assignments ??= ByKey(Assignments, static a => a.Member), member);

    /// <summary>What a variable is filled with; asked once all code is read.</summary>
    public IReadOnlyList<Fill> FillsOf(ISymbol receiver) => In(_fills ??= ByKey(Fills, static f => f.Receiver), receiver);

    private static IReadOnlyList<T> In<T>(Dictionary<ISymbol, List<T>> lookup, ISymbol key) => lookup.TryGetValue(key, out var list) ? list : [];

    private static Dictionary<ISymbol, List<T>> ByKey<T>(IEnumerable<T> items, Func<T, ISymbol?> key)
    {
        var lookup = new Dictionary<ISymbol, List<T>>(SymbolEqualityComparer.Default);
        foreach (var item in items)
        {
            if (key(item) is not { } symbol) continue;
            if (!lookup.TryGetValue(symbol, out var list)) lookup.Add(symbol, list = []);
            list.Add(item);
        }

        return lookup;
    }

    /// <summary>Fields of a class that hold something at run time, backing fields of auto-properties among them.</summary>
    public static IEnumerable<IFieldSymbol> InstanceFields(INamedTypeSymbol type)
    {
        foreach (var member in type.GetMembers())
        {
            if (member is IFieldSymbol { IsStatic: false, IsConst: false } field) yield return field;
        }
    }
}
