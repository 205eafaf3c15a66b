using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// What a declared type says of the children and parameters that a member registers. By names: nothing is looked up or kept.
/// </summary>
public static class TorchTypes
{
    /// <summary>Whether a type is declared in a namespace of one part.</summary>
    public static bool IsIn(INamedTypeSymbol type, string name) =>
        type.ContainingNamespace is { ContainingNamespace.IsGlobalNamespace: true } space && space.Name == name;

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
        var container = Ancestor(type, static t => IsBuiltIn(t) && t.Name is "ModuleList" or "ModuleDict" or "Sequential" or "ParameterList" or "ParameterDict");
        if (container is null) return false;
        if (container.Name is "ModuleList" or "ModuleDict" && container.TypeArguments.Length == 1) element = container.TypeArguments[0];
        return true;
    }

    /// <summary>Whether children may have names in place of indices: all containers but lists.</summary>
    public static bool HasNamedChildren(ITypeSymbol? type) => Ancestor(type, static t => IsBuiltIn(t) && t.Name == "ModuleList") is null;

    /// <summary>Whether a type is a native encoder or decoder: its layers are known as <c>layers.{i}</c> and nothing else.</summary>
    public static bool IsNativeStack(ITypeSymbol? type) =>
        Ancestor(type, static t => IsBuiltIn(t) && t.Name is "TransformerEncoder" or "TransformerDecoder") is not null;

    /// <summary>Whether a built-in module can own parameters (the catalogue of TorchSharp 0.107, complete).</summary>
    public static bool BuiltInOwnsParameters(INamedTypeSymbol type) => BuiltInOwnsParameters(type.Name);

    /// <summary>The same by name, which is also the name of the factory in <c>torch.nn</c>.</summary>
    public static bool BuiltInOwnsParameters(string builtIn) => builtIn switch
    {
        "Linear" or "Bilinear" or "PReLU" or "Embedding" or "EmbeddingBag" or "LayerNorm" or "GroupNorm" => true,
        "RNN" or "LSTM" or "GRU" or "RNNCell" or "LSTMCell" or "GRUCell" or "MultiheadAttention" => true,
        "Sequential" or "ModuleList" or "ModuleDict" or "ParameterList" or "ParameterDict" or "Parameter" => true,
        var name => name.StartsWith("Conv", StringComparison.Ordinal)
            || name.StartsWith("BatchNorm", StringComparison.Ordinal)
            || name.StartsWith("InstanceNorm", StringComparison.Ordinal)
            || name.StartsWith("Transformer", StringComparison.Ordinal),
    };

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
        for (var t = type is ITypeParameterSymbol { ConstraintTypes: [var constraint, ..] } ? constraint : type; t is not null; t = BaseClass.Of(t))
            if (t is INamedTypeSymbol named && test(named))
                return named;
        return null;
    }
}
