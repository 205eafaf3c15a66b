using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// The members that <c>RegisterComponents</c> or literal registrations make known: instance fields over the whole base chain, base classes first,
/// under the names that TorchSharp gives them.
/// </summary>
internal static class MemberReader
{
    /// <summary>The members of a class, base classes first.</summary>
    public static List<Member> Read(INamedTypeSymbol type, CancellationToken cancellation)
    {
        var members = new List<Member>();
        Collect(type, members, cancellation);
        return members;
    }

    /// <summary>Whether a declared type is a class of the user's, whose members are worth reading.</summary>
    public static bool IsUserModule(ITypeSymbol? type) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Class } named && !TorchTypes.IsTorchSharp(named) && TorchTypes.IsModule(named);

    private static void Collect(INamedTypeSymbol type, List<Member> members, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (type.BaseType is { } parent && IsUserModule(parent)) Collect(parent, members, cancellation);
        var registrations = Registrations.Of(type, cancellation);
        foreach (var symbol in type.GetMembers())
            if (symbol is IFieldSymbol { IsStatic: false, IsConst: false } field && MayRegister(field.Type))
                Add(members, Create(field, registrations));
    }

    // A field of a derived class hides a base field of the same name from RegisterComponents.
    private static void Add(List<Member> members, Member member)
    {
        members.RemoveAll(m => m.Registered == member.Registered);
        members.Add(member);
    }

    private static Member Create(IFieldSymbol field, Registrations? registrations)
    {
        var name = ComponentName(field) ?? field.Name;
        return registrations?.NameOf(field.Name, (field.AssociatedSymbol ?? field).Name) is { } literal && literal != name
            ? new Member(field, literal) { Alias = registrations.IsTaken(name) ? null : name }
            : new Member(field, name);
    }

    private static string? ComponentName(IFieldSymbol field)
    {
        foreach (var attribute in field.GetAttributes())
            if (attribute.AttributeClass is { Name: "ComponentNameAttribute" })
                foreach (var argument in attribute.NamedArguments)
                    if (argument is { Key: "Name", Value.Value: string name })
                        return name;
        return null;
    }

    private static bool MayRegister(ITypeSymbol type) => type.SpecialType is SpecialType.None or SpecialType.System_Object
        && type.TypeKind is TypeKind.Class or TypeKind.Interface or TypeKind.TypeParameter or TypeKind.Error
        && (TorchTypes.IsModule(type) || TorchTypes.IsTensor(type) || TorchTypes.IsOpaque(type));
}
