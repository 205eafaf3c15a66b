using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>What the rules ask of a symbol beyond <see cref="TorchTypes"/>.</summary>
internal static class Components
{
    /// <summary>A module or a parameter: what is lost when registration does not see it.</summary>
    public static bool IsComponent(ITypeSymbol? type) => TorchTypes.IsModule(type) || TorchTypes.IsParameter(type);

    /// <summary>A component whose loss would be felt: an activation that is not registered does no harm.</summary>
    public static bool MayOwnParameters(ITypeSymbol? type) => IsComponent(type) && ParameterOwners.MayOwn(type);

    public static bool IsPlainTensor(ITypeSymbol? type) => TorchTypes.IsTensor(type) && !TorchTypes.IsParameter(type);

    /// <summary>Sequential and its generic forms, or a class derived from one.</summary>
    public static bool IsSequential(ITypeSymbol? type) => Container(type) is "Sequential";

    /// <summary>The lists that register their children at the moment they are registered themselves.</summary>
    public static bool IsModuleCollection(ITypeSymbol? type) => Container(type) is "ModuleList" or "ModuleDict";

    public static bool IsContainer(ITypeSymbol? type) => Container(type) is not null;

    public static bool IsInit(INamedTypeSymbol type) =>
        type is { Name: "init", ContainingType.Name: "nn" } && TorchTypes.IsTorchSharp(type);

    /// <summary>The class and its bases as far as they are written by the user and in source, the class first.</summary>
    public static IEnumerable<INamedTypeSymbol> SourceChain(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? current = type; current is { DeclaringSyntaxReferences.Length: > 0 }; current = current.BaseType)
        {
            yield return current;
        }
    }

    /// <summary>
    /// Whether all code between the class and TorchSharp can be read; a base from another assembly may register anything.
    /// </summary>
    public static bool HasReadableChain(INamedTypeSymbol type)
    {
        INamedTypeSymbol? current = type;
        while (current is { DeclaringSyntaxReferences.Length: > 0 }) current = current.BaseType;
        return current is not null && TorchTypes.IsTorchSharp(current);
    }

    private static string? Container(ITypeSymbol? type)
    {
        for (var current = type as INamedTypeSymbol; current is not null; current = current.BaseType)
        {
            if (current.Name is "Sequential" or "ModuleList" or "ModuleDict" && TorchTypes.IsBuiltIn(current)) return current.Name;
        }

        return null;
    }
}
