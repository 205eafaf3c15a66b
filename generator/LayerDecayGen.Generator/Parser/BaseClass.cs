using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// Base classes that declarations have told, remembered while their classes live: a symbol that is asked for its base makes the compiler
/// check all that the class says of its bases.
/// </summary>
internal static class BaseClass
{
    private static readonly ConditionalWeakTable<ITypeSymbol, INamedTypeSymbol> s_told = new();

    /// <summary>The base class; null for none.</summary>
    public static INamedTypeSymbol? Of(ITypeSymbol type) => s_told.TryGetValue(type, out var told) ? told : type.BaseType;

    /// <summary>Remembers what a declaration names.</summary>
    public static void Remember(INamedTypeSymbol type, INamedTypeSymbol parent) => s_told.GetValue(type, _ => parent);
}
