using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Torch;

/// <summary>Whether a declared type can own parameters; where it does not tell, it can.</summary>
internal static class ParameterOwners
{
    private const int Depth = 6;

    public static bool MayOwn(ITypeSymbol? type) => MayOwn(type, Depth);

    private static bool MayOwn(ITypeSymbol? type, int depth)
    {
        if (TorchTypes.IsParameter(type)) return true;
        if (TorchTypes.IsTensor(type)) return false;
        if (type is not INamedTypeSymbol named || type.SpecialType == SpecialType.System_Object || !TorchTypes.IsModule(type))
            return type is ITypeParameterSymbol;
        if (TorchTypes.IsOpaque(type) || depth == 0) return true;
        if (TorchTypes.IsBuiltIn(named)) return BuiltIns.OwnsParameters(named.Name);
        return named.DeclaringSyntaxReferences.IsEmpty || AnyMember(named, depth);
    }

    private static bool AnyMember(INamedTypeSymbol type, int depth)
    {
        foreach (var member in type.GetMembers())
            if (member is IFieldSymbol { IsStatic: false } field && MayOwn(field.Type, depth - 1))
                return true;
        return type.BaseType is { } parent && !TorchTypes.IsOpaque(parent) && MayOwn(parent, depth - 1);
    }
}
