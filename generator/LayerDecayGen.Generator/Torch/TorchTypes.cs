using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Torch;

/// <summary>
/// What a declared type says of the children and parameters that a member registers. By names: nothing is looked up or kept.
/// </summary>
public static class TorchTypes
{
    /// <summary>Whether a type is declared in a namespace of one part.</summary>
    public static bool IsIn(INamedTypeSymbol type, string name) =>
        type.ContainingNamespace is { ContainingNamespace.IsGlobalNamespace: true } space && space.Name == name;

    /// <summary>Whether a type is a module class of the user's, whose members are worth reading.</summary>
    public static bool IsUserModule(ITypeSymbol? type) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Class } named && !IsTorchSharp(named) && IsModule(named);

    /// <summary>Whether a type is or derives from <c>torch.nn.Module</c>.</summary>
    public static bool IsModule(ITypeSymbol? type) => Ancestor(type, IsModuleBase) is not null;

    /// <summary>Whether a declared type says no more than that it is a module: what it holds is known at run time only.</summary>
    public static bool IsOpaque(ITypeSymbol? type) =>
        type is null or ITypeParameterSymbol or { TypeKind: TypeKind.Interface or TypeKind.Error or TypeKind.Dynamic }
        || type.SpecialType == SpecialType.System_Object || (type is INamedTypeSymbol named && IsModuleBase(named));

    /// <summary>Whether a type is a tensor or parameter.</summary>
    public static bool IsTensor(ITypeSymbol? type) =>
        Ancestor(type, static t => t is { Name: "Tensor", ContainingType.Name: "torch" } && IsTorchSharp(t)) is not null;

    /// <summary>Whether a type is <c>TorchSharp.Modules.Parameter</c>.</summary>
    public static bool IsParameter(ITypeSymbol? type) => Ancestor(type, static t => t.Name == "Parameter" && IsBuiltIn(t)) is not null;

    /// <summary>Whether <c>RegisterComponents</c> may find a component in a field of a declared type.</summary>
    public static bool MayBeComponent(ITypeSymbol type) => type.SpecialType is SpecialType.None or SpecialType.System_Object
        && type.TypeKind is TypeKind.Class or TypeKind.Interface or TypeKind.TypeParameter or TypeKind.Error
        && (IsModule(type) || IsTensor(type) || IsOpaque(type));

    /// <summary>The element of a container whose children are indexed or keyed; false where the type is no such container.</summary>
    /// <param name="type">The declared type.</param>
    /// <param name="element">The declared type of the children; null where unknown.</param>
    public static bool IsContainer(ITypeSymbol? type, out ITypeSymbol? element)
    {
        element = null;
        var container = Ancestor(type, static t => BuiltIns.IsContainer(t.Name) && IsBuiltIn(t));
        if (container is null) return false;
        if (container.Name is "ModuleList" or "ModuleDict" && container.TypeArguments.Length == 1) element = container.TypeArguments[0];
        return true;
    }

    /// <summary>
    /// Whether a type holds modules or parameters in a way that <c>RegisterComponents</c> does not look into: an array, a list of .NET,
    /// a dictionary, a tuple.
    /// </summary>
    public static bool IsCollectionOfComponents(ITypeSymbol? type)
    {
        if (type is null || IsModule(type) || IsTensor(type) || !IsCollection(type)) return false;
        foreach (var part in PartsOf(type))
            if (!ReferenceEquals(part, type) && (IsModule(part) || IsParameter(part)))
                return true;
        return false;
    }

    /// <summary>An array, a tuple or whatever can be enumerated.</summary>
    public static bool IsCollection(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol || type.IsTupleType || type.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T) return true;
        if (type is INamedTypeSymbol { Name: "Tuple" or "Memory" or "ReadOnlyMemory", ContainingNamespace.Name: "System" }) return true;
        if (type.SpecialType == SpecialType.System_String) return false;
        foreach (var inherited in type.AllInterfaces)
            if (inherited.SpecialType == SpecialType.System_Collections_IEnumerable)
                return true;
        return false;
    }

    /// <summary>
    /// The type itself, its elements and type arguments, all the way down: <c>ModuleList&lt;Block&gt;</c>, <c>(string, Block)[]</c>.
    /// </summary>
    public static List<ITypeSymbol> PartsOf(ITypeSymbol type)
    {
        var parts = new List<ITypeSymbol>();
        Add(type);
        return parts;

        void Add(ITypeSymbol part)
        {
            parts.Add(part);
            if (part is IArrayTypeSymbol array) Add(array.ElementType);
            if (part is ITypeParameterSymbol parameter) parts.AddRange(parameter.ConstraintTypes);
            if (part is INamedTypeSymbol { TypeKind: not TypeKind.Delegate } named)
                foreach (var argument in named.TypeArguments) Add(argument);
        }
    }

    /// <summary>Whether children may have names in place of indices: all containers but lists.</summary>
    public static bool HasNamedChildren(ITypeSymbol? type) => Ancestor(type, static t => IsBuiltIn(t) && t.Name == "ModuleList") is null;

    /// <summary>Whether a type is a native encoder or decoder: its layers are known as <c>layers.{i}</c> and nothing else.</summary>
    public static bool IsNativeStack(ITypeSymbol? type) =>
        Ancestor(type, static t => IsBuiltIn(t) && t.Name is "TransformerEncoder" or "TransformerDecoder") is not null;

    /// <summary>The name that <c>RegisterComponents</c> gives a field: that of <c>[ComponentName]</c>, else its own.</summary>
    public static string RegisteredName(IFieldSymbol field)
    {
        foreach (var attribute in field.GetAttributes())
        {
            if (attribute.AttributeClass is not { Name: "ComponentNameAttribute" } named || !IsTorchSharp(named)) continue;
            foreach (var argument in attribute.NamedArguments)
                if (argument is { Key: "Name", Value.Value: string name })
                    return name;
        }

        return field.Name;
    }

    /// <summary>Whether a type comes with TorchSharp.</summary>
    public static bool IsTorchSharp(INamedTypeSymbol type)
    {
        var space = type.ContainingNamespace;
        while (space is { ContainingNamespace.IsGlobalNamespace: false }) space = space.ContainingNamespace;
        return space is { Name: "TorchSharp" } && type.Locations is [{ IsInMetadata: true }, ..];
    }

    /// <summary>Whether a type is one of <c>TorchSharp.Modules</c>.</summary>
    public static bool IsBuiltIn(INamedTypeSymbol type) =>
        type.ContainingNamespace is { Name: "Modules", ContainingNamespace: { Name: "TorchSharp", ContainingNamespace.IsGlobalNamespace: true } };

    private static bool IsModuleBase(INamedTypeSymbol type) =>
        type is { Name: "Module", ContainingType: { Name: "nn", ContainingType.Name: "torch" } } && IsIn(type.ContainingType.ContainingType, "TorchSharp");

    private static INamedTypeSymbol? Ancestor(ITypeSymbol? type, Func<INamedTypeSymbol, bool> test)
    {
        for (var t = type is ITypeParameterSymbol { ConstraintTypes: [var constraint, ..] } ? constraint : type; t is not null; t = t.BaseType)
            if (t is INamedTypeSymbol named && test(named))
                return named;
        return null;
    }
}
