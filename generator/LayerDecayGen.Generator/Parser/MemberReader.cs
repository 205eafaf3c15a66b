using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// The members that <c>RegisterComponents</c> or literal registrations make known: instance fields over the whole base chain, base classes
/// first, under the names that TorchSharp gives them. Remembers what it read: one model meets the same block class many times.
/// </summary>
/// <param name="compilation">The compilation.</param>
/// <param name="scopes">What names mean in it.</param>
/// <param name="read">Told what was read.</param>
/// <param name="bySymbols">Whether symbols are asked even where declarations tell all: slow, and for tests to compare.</param>
/// <param name="cancellation">Cancels.</param>
internal sealed class MemberReader(Compilation compilation, NameScopes scopes, Dependencies read, bool bySymbols, CancellationToken cancellation)
{
    private readonly DeclaredMembers _declared = new(compilation, scopes, read, cancellation);
    private readonly SymbolMembers _symbols = new(read);
    private readonly Dictionary<INamedTypeSymbol, List<Member>> _members = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<INamedTypeSymbol, Construction> _constructions = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ITypeSymbol, bool> _speaks = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a declared type is a module class whose members are worth reading.</summary>
    public static bool IsUserModule(ITypeSymbol? type) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Class } named && !TorchTypes.IsTorchSharp(named) && TorchTypes.IsModule(named);

    /// <summary>The attributes of ours that stand on a class.</summary>
    public List<Annotation>? AnnotationsOf(INamedTypeSymbol type) => AnnotationReader.Read(type.GetAttributes(), read);

    /// <summary>The attributes of ours that stand on a member.</summary>
    public List<Annotation>? AnnotationsOf(Member member) => member.Annotations(read);

    /// <summary>The members of a class, base classes first.</summary>
    public List<Member> Read(INamedTypeSymbol type)
    {
        if (_members.TryGetValue(type, out var known)) return known;
        var members = new List<Member>();
        Collect(type, members);
        return _members[type] = members;
    }

    /// <summary>The type really held, as far as known: the declared one, or the one assigned where the declared says nothing.</summary>
    public ITypeSymbol? HeldBy(Member member) =>
        member.IsInSource && TorchTypes.IsOpaque(member.Type) ? ConstructionOf(member.Holder).TypeOf(member.Name) ?? member.Type : member.Type;

    /// <summary>Whether a member can own parameters, as far as the type that it holds tells.</summary>
    public bool MayOwn(Member member) => ParameterOwners.MayOwn(HeldBy(member), read);

    /// <summary>Whether a member, or a child of it, is of a class that speaks.</summary>
    public bool Speaks(Member member)
    {
        if (Speaks(HeldBy(member))) return true;
        foreach (var element in ElementsOf(member))
            if (Speaks(element))
                return true;
        return false;
    }

    /// <summary>The classes that a container without a telling element type is given, as far as its construction shows.</summary>
    public IReadOnlyList<ITypeSymbol> ElementsOf(Member member) =>
        member.IsInSource && TorchTypes.IsContainer(HeldBy(member), out var element) && TorchTypes.IsOpaque(element)
            ? ConstructionOf(member.Holder).ElementsOf(member.Name)
            : [];

    /// <summary>
    /// Whether a live model may lack the member: it says so, or, where nullable annotations are off, its constructors do.
    /// </summary>
    public bool MayBeNull(Member member) => member.Nullability switch
    {
        NullableAnnotation.Annotated => true,
        NullableAnnotation.NotAnnotated => false,
        _ => member.IsInSource && ConstructionOf(member.Holder).MayStayNull(member.Name),
    };

    /// <summary>
    /// Whether a class or what it holds carries an attribute of ours; most blocks do not and cost no more than this look.
    /// </summary>
    public bool Speaks(ITypeSymbol? type)
    {
        if (TorchTypes.IsContainer(type, out var element) && element is not null && Speaks(element)) return true;
        if (type is not INamedTypeSymbol named || !IsUserModule(type)) return false;
        if (_speaks.TryGetValue(named, out var known)) return known;
        _speaks[named] = false;
        return _speaks[named] = HasAnnotation(named);
    }

    private bool HasAnnotation(INamedTypeSymbol type)
    {
        for (var level = type; level is not null && IsUserModule(level); level = BaseClass.Of(level))
            if (AnnotationReader.IsOn(level.GetAttributes()))
                return true;
        var members = Read(type);
        foreach (var member in members)
            if (member.IsAnnotated)
                return true;
        foreach (var member in members)
            if (Speaks(member))
                return true;
        return false;
    }

    private Construction ConstructionOf(INamedTypeSymbol type)
    {
        var definition = type.OriginalDefinition;
        if (!_constructions.TryGetValue(definition, out var construction))
            _constructions[definition] = construction = Construction.Of(definition, compilation, scopes, cancellation);
        return construction;
    }

    private void Collect(INamedTypeSymbol type, List<Member> members)
    {
        cancellation.ThrowIfCancellationRequested();
        read.Add(type);
        if (BaseClass.Of(type) is { } parent && IsUserModule(parent)) Collect(parent, members);
        if (type.DeclaringSyntaxReferences.IsEmpty) MetadataMembers.Collect(type, compilation, members);
        var registrations = Registrations.Of(type, cancellation);
        if (!bySymbols && DeclaredMembers.Tell(type, cancellation)) _declared.Collect(type, registrations, Add);
        else _symbols.Collect(type, registrations, Add);

        // A field of a derived class hides a base field of the same name from RegisterComponents.
        void Add(Member member)
        {
            if (!member.IsCapture) members.RemoveAll(known => known.Registered == member.Registered);
            members.Add(member);
        }
    }
}
