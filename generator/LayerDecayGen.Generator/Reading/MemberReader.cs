using System.Runtime.CompilerServices;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>
/// The members of module classes over the whole base chain, base classes first, and the types that they really hold. Remembers within
/// one reading what it read: one model meets the same block class many times.
/// </summary>
internal sealed class MemberReader(ClassBodies bodies, CancellationToken cancellation)
{
    // A generic class that holds itself over a larger type argument has no last type; so deep no one writes.
    private const int DeepestNesting = 4;

    private readonly Dictionary<INamedTypeSymbol, List<Member>> _members = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ITypeSymbol, bool> _annotated = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<INamedTypeSymbol, int> _nesting = new(SymbolEqualityComparer.Default);

    public ClassBodies Bodies => bodies;

    /// <summary>The members of a class, base classes first.</summary>
    public List<Member> Read(INamedTypeSymbol type)
    {
        if (_members.TryGetValue(type, out var known)) return known;
        var members = new List<Member>();
        Collect(type, members, new Dictionary<string, int>(StringComparer.Ordinal));
        members.RemoveAll(static member => member is null);
        return _members[type] = members;
    }

    /// <summary>
    /// The type really held, as far as known: the declared one, or the one assigned where the declared says nothing.
    /// </summary>
    public ITypeSymbol? HeldBy(Member member) => ClassesOf(member) is [var only] ? only : member.Type;

    /// <summary>The classes that a member of a base type may hold, as far as its construction shows; empty where that is unknown.</summary>
    public IReadOnlyList<ITypeSymbol> ClassesOf(Member member) =>
        member.IsInSource && TorchTypes.IsOpaque(member.Type) ? bodies.Of(member.Holder).TypesOf(member.Name) : [];

    /// <summary>Whether a member can own parameters, as far as the type that it holds tells; one that is never assigned is null.</summary>
    public bool MayOwn(Member member) => ParameterOwners.MayOwn(HeldBy(member)) && !IsAlwaysNull(member);

    /// <summary>The classes of the user's that a container is given, as far as its construction shows.</summary>
    public IReadOnlyList<ITypeSymbol> ElementsOf(Member member) =>
        member.IsInSource && TorchTypes.IsContainer(HeldBy(member), out _) ? bodies.Of(member.Holder).ElementsOf(member.Name) : [];

    /// <summary>Whether a live model may lack the member: its type says so, or its constructors do.</summary>
    public bool MayBeNull(Member member) => member.Nullability switch
    {
        NullableAnnotation.Annotated => true,
        NullableAnnotation.NotAnnotated => IsAlwaysNull(member),
        _ => IsAlwaysNull(member) || (member.IsInSource && bodies.Of(member.Holder).MayStayNull(member.Name)),
    };

    /// <summary>Whether no code gives the member a value: a field that only its own class could assign, and that does not.</summary>
    public bool IsAlwaysNull(Member member) =>
        member.IsInSource && member.IsPrivateOrReadOnly && bodies.Of(member.Holder).NeverAssigns(member.Name);

    /// <summary>Whether a member, or a child of it, is of a class that carries attributes of ours.</summary>
    public bool HoldsAnnotations(Member member)
    {
        if (HoldsAnnotations(HeldBy(member))) return true;
        foreach (var type in ClassesOf(member))
            if (HoldsAnnotations(type))
                return true;
        foreach (var element in ElementsOf(member))
            if (HoldsAnnotations(element))
                return true;
        return false;
    }

    /// <summary>
    /// Whether a class or what it holds carries an attribute of ours; most blocks do not and cost no more than this look.
    /// </summary>
    public bool HoldsAnnotations(ITypeSymbol? type)
    {
        // A list class may be a list of itself.
        if (TorchTypes.IsContainer(type, out var element) && element is not null && !SymbolEqualityComparer.Default.Equals(type, element)
            && HoldsAnnotations(element)) return true;
        if (type is not INamedTypeSymbol named || !TorchTypes.IsUserModule(type)) return false;
        if (_annotated.TryGetValue(named, out var known)) return known;
        if (!Enter(named)) return false;
        _annotated[named] = false;
        var found = HasAnnotation(named);
        Leave(named);
        return _annotated[named] = found;
    }

    /// <summary>Notes that a reading goes into a class; false where it is there too often already.</summary>
    public bool Enter(INamedTypeSymbol type)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (!type.IsGenericType) return true;
        _nesting.TryGetValue(type.OriginalDefinition, out var depth);
        if (depth >= DeepestNesting) return false;
        _nesting[type.OriginalDefinition] = depth + 1;
        return true;
    }

    /// <summary>Notes that a reading leaves a class that it entered.</summary>
    public void Leave(INamedTypeSymbol type)
    {
        if (type.IsGenericType) _nesting[type.OriginalDefinition]--;
    }

    private bool HasAnnotation(INamedTypeSymbol type)
    {
        for (var level = type; level is not null && TorchTypes.IsUserModule(level); level = level.BaseType)
            if (AnnotationReader.IsOn(level.GetAttributes()))
                return true;
        var members = Read(type);
        foreach (var member in members)
            if (member.IsAnnotated)
                return true;
        foreach (var member in members)
            if (HoldsAnnotations(member))
                return true;
        return false;
    }

    private void Collect(INamedTypeSymbol type, List<Member> members, Dictionary<string, int> places)
    {
        cancellation.ThrowIfCancellationRequested();
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (type.BaseType is { } parent && TorchTypes.IsUserModule(parent)) Collect(parent, members, places);
        if (type.DeclaringSyntaxReferences.IsEmpty) MetadataMembers.Collect(type, bodies.Compilation, members);
        foreach (var member in Member.Of(type, type.DeclaringSyntaxReferences.IsEmpty ? null : bodies.Of(type).Registered))
        {
            // A field of a derived class hides a base field of the same name from RegisterComponents.
            if (!member.IsCapture && places.TryGetValue(member.Registered, out var hidden)) members[hidden] = null!;
            if (!member.IsCapture) places[member.Registered] = members.Count;
            members.Add(member);
        }
    }
}
