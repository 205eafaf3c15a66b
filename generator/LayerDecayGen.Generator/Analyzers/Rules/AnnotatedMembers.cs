using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>
/// LDG024: an attribute on a member that cannot hold a parameter. LDG022: attributes of a class that no model is seen to hold, so that
/// nobody reads them.
/// </summary>
internal static class AnnotatedMembers
{
    public static void Check(INamedTypeSymbol type, ModelReadings readings, Action<Diagnostic> report)
    {
        var isModule = TorchTypes.IsModule(type);
        Annotation? first = isModule ? First(AnnotationReader.Read(type.GetAttributes())) : null;
        var hasLayers = false;
        foreach (var member in type.GetMembers())
        {
            if (member is not (IFieldSymbol { AssociatedSymbol: null } or IPropertySymbol) || AnnotationReader.Read(member.GetAttributes()) is not { } annotations) continue;
            if ((isModule || ModelReader.AttributeOf(type) is null) && WhyNot(member, type, isModule) is { } reason)
                foreach (var annotation in annotations)
                    report(Diagnostic.Create(ParameterDiagnostics.NoEffect, annotation.Location ?? member.Locations[0], annotation.Text, member.Name, reason));
            first ??= annotations[0];
            foreach (var annotation in annotations) hasLayers |= annotation.IsLayer;
        }

        if (!isModule || first is null || ModelReader.AttributeOf(type) is not null) return;
        if (readings.HasModels) CheckRead(type, first, hasLayers, readings, report);
        else if (hasLayers && !type.IsAbstract && !readings.IsHeld(type)) report(NeverRead(type, first, Forgotten(type)));
    }

    private static void CheckRead(INamedTypeSymbol type, Annotation first, bool hasLayers, ModelReadings readings, Action<Diagnostic> report)
    {
        if (readings.IsReadByAModel(type)) return;
        var advice = $"no model of the project shows by a declared type, its constructors or its methods that it holds one; declare the member as '{type.Name}' or ModuleList<{type.Name}>, or say it by a path on the model";
        if (hasLayers && !type.IsAbstract && !readings.IsHeld(type)) advice += $"; if '{type.Name}' is a model itself, " + Forgotten(type);
        report(NeverRead(type, first, advice));
    }

    private static string Forgotten(INamedTypeSymbol type) => $"put [LayerDecay(rate)] on '{type.Name}'";

    private static Diagnostic NeverRead(INamedTypeSymbol type, Annotation first, string advice) =>
        Diagnostic.Create(ParameterDiagnostics.NeverRead, first.Location ?? type.Locations[0], first.Text, type.Name, advice);

    private static Annotation? First(List<Annotation>? annotations) => annotations is [var first, ..] ? first : null;

    // What a class keeps in lists of .NET is lost to training, which LDG040 says; it does own parameters.
    private static bool HidesComponents(ITypeSymbol type, int depth)
    {
        for (var level = type; level is INamedTypeSymbol && TorchTypes.IsUserModule(level); level = level.BaseType)
            foreach (var member in level.GetMembers())
                if (member is IFieldSymbol { IsStatic: false } field
                    && (TorchTypes.IsCollectionOfComponents(field.Type) || (depth > 0 && HidesComponents(field.Type, depth - 1))))
                    return true;
        return false;
    }

    private static string? WhyNot(ISymbol member, INamedTypeSymbol holder, bool isModule)
    {
        if (member.IsStatic) return "a static member belongs to no model; make it an instance member";
        if (!isModule) return $"'{holder.Name}' is no module, so nothing in it is registered; derive it from torch.nn.Module";
        if (member is IPropertySymbol property && !Operations.IsAutoProperty(property))
            return "a computed property holds nothing; put the attribute on the field that it returns";
        var type = member is IFieldSymbol field ? field.Type : ((IPropertySymbol)member).Type;
        if (TorchTypes.IsCollectionOfComponents(type)) return null; // LDG040 says it
        if (!TorchTypes.MayBeComponent(type))
            return TorchTypes.PartsOf(type).Exists(Components.IsComponent)
                ? $"RegisterComponents does not look into '{type.Name}'; hold the module itself"
                : $"'{type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}' is neither a module nor a parameter; derive it from torch.nn.Module, or remove the attribute";
        return TorchTypes.IsModule(type) && !ParameterOwners.MayOwn(type) && !HidesComponents(type, 4) ? $"'{type.Name}' owns no parameters; remove the attribute" : null;
    }
}
