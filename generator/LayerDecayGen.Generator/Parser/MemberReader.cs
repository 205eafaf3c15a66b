using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// The members that <c>RegisterComponents</c> or literal registrations make known: instance fields over the whole base chain, base classes first,
/// under the names that TorchSharp gives them. Remembers what it read: one model meets the same block class many times.
/// </summary>
internal sealed class MemberReader(Compilation compilation, Dependencies read, CancellationToken cancellation)
{
    private readonly Dictionary<INamedTypeSymbol, List<Member>> _members = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<INamedTypeSymbol, Construction> _constructions = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ITypeSymbol, bool> _speaks = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a declared type is a module class whose members are worth reading.</summary>
    public static bool IsUserModule(ITypeSymbol? type) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Class } named && !TorchTypes.IsTorchSharp(named) && TorchTypes.IsModule(named);

    /// <summary>The attributes of ours that stand on a symbol.</summary>
    public List<Annotation>? AnnotationsOf(ISymbol symbol, List<Annotation>? into = null)
    {
        var list = Annotation.Read(symbol.GetAttributes(), into);
        foreach (var annotation in list ?? [])
            if (!annotation.IsLiteral())
                read.AddUnknown();
        return list;
    }

    /// <summary>The attributes of ours that stand on a member: on its field or its property.</summary>
    public List<Annotation>? AnnotationsOf(Member member)
    {
        if (member.Field is not { } field) return null;
        var list = AnnotationsOf(field);
        return field.AssociatedSymbol is { } property ? AnnotationsOf(property, list) : list;
    }

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

    /// <summary>Whether a live model may lack the member: it says so, or, where nullable annotations are off, its constructors do.</summary>
    public bool MayBeNull(Member member) => member.Nullability switch
    {
        NullableAnnotation.Annotated => true,
        NullableAnnotation.NotAnnotated => false,
        _ => member.IsInSource && ConstructionOf(member.Holder).MayStayNull(member.Name),
    };

    /// <summary>Whether a class or what it holds carries an attribute of ours; most blocks do not and cost no more than this look.</summary>
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
        for (var level = type; level is not null && IsUserModule(level); level = level.BaseType)
            if (Annotation.IsOn(level.GetAttributes()))
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
            _constructions[definition] = construction = Construction.Of(definition, compilation, cancellation);
        return construction;
    }

    private void Collect(INamedTypeSymbol type, List<Member> members)
    {
        cancellation.ThrowIfCancellationRequested();
        read.Add(type);
        if (type.BaseType is { } parent && IsUserModule(parent)) Collect(parent, members);
        if (type.DeclaringSyntaxReferences.IsEmpty) MetadataMembers.Collect(type, compilation, members);
        var registrations = Registrations.Of(type, cancellation);
        foreach (var symbol in type.GetMembers())
            if (symbol is IFieldSymbol { IsStatic: false, IsConst: false } field && MayRegister(field.Type))
                Add(members, Create(field, registrations));
        if (!type.DeclaringSyntaxReferences.IsEmpty) CollectCaptures(type, members);
    }

    // A field of a derived class hides a base field of the same name from RegisterComponents.
    private static void Add(List<Member> members, Member member)
    {
        for (var i = members.Count - 1; i >= 0; i--)
            if (members[i].Registered == member.Registered)
                members.RemoveAt(i);
        members.Add(member);
    }

    private Member Create(IFieldSymbol field, Registrations? registrations)
    {
        var name = (field.AssociatedSymbol ?? field).Name;
        var registered = ComponentName(field) ?? field.Name;
        return registrations?.NameOf(field.Name, name) is { } literal && literal != registered
            ? new Member(field.ContainingType, name, literal, field.Type, field) { Alias = registrations.IsTaken(registered) ? null : registered }
            : new Member(field.ContainingType, name, registered, field.Type, field);
    }

    // A captured parameter of a primary constructor is a field that RegisterComponents finds under a name of the compiler's.
    private static void CollectCaptures(INamedTypeSymbol type, List<Member> members)
    {
        foreach (var constructor in type.InstanceConstructors)
            if (constructor.DeclaringSyntaxReferences is [var reference, ..] && reference.GetSyntax() is Microsoft.CodeAnalysis.CSharp.Syntax.TypeDeclarationSyntax)
                foreach (var parameter in constructor.Parameters)
                    if (parameter.RefKind == RefKind.None && (TorchTypes.IsModule(parameter.Type) || TorchTypes.IsParameter(parameter.Type)))
                        members.Add(new Member(type, parameter.Name, "<" + parameter.Name + ">P", parameter.Type, null) { IsCapture = true });
    }

    private string? ComponentName(IFieldSymbol field)
    {
        foreach (var attribute in field.GetAttributes())
        {
            if (attribute.AttributeClass is not { Name: "ComponentNameAttribute" }) continue;
            if (!Annotation.IsLiteral(attribute)) read.AddUnknown();
            foreach (var argument in attribute.NamedArguments)
                if (argument is { Key: "Name", Value.Value: string name })
                    return name;
        }

        return null;
    }

    private static bool MayRegister(ITypeSymbol type) => type.SpecialType is SpecialType.None or SpecialType.System_Object
        && type.TypeKind is TypeKind.Class or TypeKind.Interface or TypeKind.TypeParameter or TypeKind.Error
        && (TorchTypes.IsModule(type) || TorchTypes.IsTensor(type) || TorchTypes.IsOpaque(type));
}
