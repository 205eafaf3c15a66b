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
    public INamedTypeSymbol Type { get; } = type;

    public ModelScope Scope { get; } = scope;

    public ConcurrentQueue<Assignment> Assignments { get; } = [];

    public ConcurrentQueue<NamedRegistration> NamedRegistrations { get; } = [];

    public ConcurrentQueue<Fill> Fills { get; } = [];

    public ConcurrentQueue<OwnCall> OwnCalls { get; } = [];

    /// <summary>Members handed to a call or a constructor, whole or an element of them, with the type that takes them.</summary>
    public ConcurrentQueue<(ISymbol Member, ITypeSymbol? Taker)> Arguments { get; } = [];

    /// <summary>Members whose tensor is told to require grad.</summary>
    public ConcurrentQueue<ISymbol> GradRequests { get; } = [];

    /// <summary>
    /// Parameters of the primary constructor that a member other than an initializer reads, which makes them hidden fields.
    /// </summary>
    public ConcurrentQueue<IParameterSymbol> Captures { get; } = [];

    /// <summary>Whether the member is registered by hand at or after a place in the same member's body.</summary>
    public bool IsRegisteredByHand(ISymbol member, ISymbol where, int position)
    {
        foreach (var registration in NamedRegistrations) {
            if (!SymbolEqualityComparer.Default.Equals(registration.Where, where) || registration.Syntax.Span.End < position) continue;
            if (SymbolEqualityComparer.Default.Equals(registration.Member, member) || registration.Name == member.Name) return true;
        }

        return false;
    }

    public IEnumerable<Assignment> AssignmentsTo(ISymbol member)
    {
        foreach (var assignment in Assignments) {
            if (SymbolEqualityComparer.Default.Equals(assignment.Member, member)) yield return assignment;
        }
    }

    public IEnumerable<Fill> FillsOf(ISymbol receiver)
    {
        foreach (var fill in Fills) {
            if (SymbolEqualityComparer.Default.Equals(fill.Receiver, receiver)) yield return fill;
        }
    }

    /// <summary>Fields of a class that hold something at run time, backing fields of auto-properties among them.</summary>
    public static IEnumerable<IFieldSymbol> InstanceFields(INamedTypeSymbol type)
    {
        foreach (var member in type.GetMembers()) {
            if (member is IFieldSymbol { IsStatic: false, IsConst: false } field) yield return field;
        }
    }
}
