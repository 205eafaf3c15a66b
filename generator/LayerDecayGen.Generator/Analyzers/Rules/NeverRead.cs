using System.Linq;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Parser;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>
/// LDG022: a class carries attributes, but nothing that the models of the project declare or construct shows that one of them holds it, so
/// the attributes are read by nobody: a list filled by a method of another class, a block that comes in as an argument.
/// </summary>
internal static class NeverRead
{
    public static void Check(INamedTypeSymbol type, ModelScope scope, Action<Diagnostic> report)
    {
        if (!scope.HasRoots || First(type) is not { } said || scope.IsReadByAModel(type)) return;
        report(Diagnostic.Create(ParameterRules.NeverRead, said.Location, said.Text, type.Name));
    }

    private static Annotation? First(INamedTypeSymbol type) =>
        type.GetMembers().Where(static member => member is IFieldSymbol or IPropertySymbol).Prepend(type)
            .Select(static symbol => symbol.GetAttributes())
            .Where(AnnotationReader.IsOn)
            .Select(static attributes => AnnotationReader.Read(attributes, new Dependencies())?[0])
            .FirstOrDefault();
}
