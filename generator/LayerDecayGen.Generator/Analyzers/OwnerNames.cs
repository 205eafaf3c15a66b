using System.Linq;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>
/// For members and methods of a base type, whose declaration does not tell what they hold: whether the code that makes it names
/// anything with parameters. An activation chosen by a switch does not.
/// </summary>
internal static class OwnerNames
{
    /// <summary>Whether a class holds, in fields of its own, what may own parameters.</summary>
    public static bool HasOwners(INamedTypeSymbol type, ModelScope scope)
    {
        var fields = ModuleFacts.InstanceFields(type).Where(static field => Components.MayOwnParameters(field.Type)).ToList();
        return fields.Exists(static field => !TorchTypes.IsOpaque(field.Type))
            || fields.Count > 0 && (IsGivenComponents(type) || scope.NamesOwners(type, () => Names(scope.Bodies.Of(type).OwnNodes(), type.Name, scope)));
    }

    /// <summary>Whether a value may own parameters, looking into the method that makes it where it is in source.</summary>
    public static bool MayOwn(IOperation value, ModelScope scope)
    {
        if (!Components.MayOwnParameters(value.Type)) return false;
        return !TorchTypes.IsOpaque(value.Type)
            || value is not IInvocationOperation { TargetMethod: { DeclaringSyntaxReferences: [var method, ..] } called }
            || scope.NamesOwners(called, () => Names(method.GetSyntax().DescendantNodes(), own: null, scope));
    }

    private static bool IsGivenComponents(INamedTypeSymbol type) => type.InstanceConstructors.Any(static constructor =>
        constructor.Parameters.Any(static parameter => TorchTypes.PartsOf(parameter.Type).Any(Components.IsComponent)));

    private static bool Names(IEnumerable<SyntaxNode> nodes, string? own, ModelScope scope) => nodes.Any(node =>
        node is SimpleNameSyntax { Identifier.ValueText: var name } && name != own
        && (BuiltIns.OwnsParameters(name) || scope.IsOwnerName(name)));
}
