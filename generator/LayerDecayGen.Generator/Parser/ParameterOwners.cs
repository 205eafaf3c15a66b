using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>Whether a declared type can own parameters; where it does not tell, it can.</summary>
internal static class ParameterOwners
{
    private const int Depth = 6;

    public static bool MayOwn(ITypeSymbol? type) => MayOwn(type, Depth, new Dependencies());

    /// <summary>The same, noting the classes that were looked into.</summary>
    public static bool MayOwn(ITypeSymbol? type, Dependencies read) => MayOwn(type, Depth, read);

    private static bool MayOwn(ITypeSymbol? type, int depth, Dependencies read)
    {
        if (TorchTypes.IsParameter(type)) return true;
        if (TorchTypes.IsTensor(type)) return false;
        if (type is not INamedTypeSymbol named || type.SpecialType == SpecialType.System_Object || !TorchTypes.IsModule(type))
            return type is ITypeParameterSymbol;
        if (TorchTypes.IsOpaque(type) || depth == 0) return true;
        if (TorchTypes.IsBuiltIn(named)) return TorchTypes.BuiltInOwnsParameters(named);
        return named.DeclaringSyntaxReferences.IsEmpty || AnyMember(named, depth, read);
    }

    private static bool AnyMember(INamedTypeSymbol type, int depth, Dependencies read)
    {
        read.Add(type);
        foreach (var member in type.GetMembers())
            if (member is IFieldSymbol { IsStatic: false } field && MayOwn(field.Type, depth - 1, read))
                return true;
        return BaseClass.Of(type) is { } parent && !TorchTypes.IsOpaque(parent) && MayOwn(parent, depth - 1, read);
    }
}
