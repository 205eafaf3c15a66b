using System.Collections.Immutable;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Review;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>LDG025: the groups files of a project, compared with what the attributes say. A class without a file is not compared.</summary>
internal sealed class GroupsFiles(ImmutableArray<AdditionalText> files)
{
    /// <summary>Reports each line that differs, on the attribute or member behind it.</summary>
    public void Check(INamedTypeSymbol type, ModelReading reading, Action<Diagnostic> report)
    {
        if (reading.Model is not { } model || Find(model.GroupsPath) is not { } file || file.GetText() is not { } text) return;
        var root = ModelReader.AttributeOf(type)!.ApplicationSyntaxReference!;
        var onRoot = root.SyntaxTree.GetLocation(root.Span);
        var name = file.Path.Substring(file.Path.LastIndexOfAny(['/', '\\']) + 1);
        var properties = ImmutableDictionary<string, string?>.Empty.Add(ModelAnalyzer.GroupsPath, file.Path).Add(ModelAnalyzer.GroupsText, model.GroupsFile);
        var before = GroupsFile.Parse(text.ToString());
        var after = GroupsFile.Parse(model.GroupsFile);

        if (before.Rows.Count == 0)
        {
            Report(onRoot, "there is no table yet");
            return;
        }

        if (before.Rule != after.Rule) Report(onRoot, "the rule was \"" + before.Rule + "\" and is now \"" + after.Rule + "\"");
        foreach (var difference in GroupsComparison.Of(before, after))
            Report(difference.Row < 0 ? onRoot : Place(reading.Sections[difference.Row], difference.Column) ?? onRoot, difference.Text);

        void Report(Location location, string what) =>
            report(Diagnostic.Create(ParameterDiagnostics.GroupsChanged, location, properties, name, what));
    }

    private AdditionalText? Find(string path)
    {
        foreach (var file in files)
            if (file.Path.Replace('\\', '/') == path)
                return file;
        return null;
    }

    /// <summary>The attribute that decides a cell, here, further out or further in; without one the member.</summary>
    private static Location? Place(OpenedSection section, int column)
    {
        for (var node = section.Node; node is not null; node = node.Parent)
            if (AttributeOn(node, column) is { } attribute)
                return attribute;
        if (AttributeBelow(section.Node, column) is { } below) return below;
        for (var node = section.Node; node is not null; node = node.Parent)
            if (node.Member?.Location is { } member)
                return member;
        return section.Annotation?.Location;
    }

    private static Location? AttributeBelow(NameNode node, int column)
    {
        foreach (var child in node.Below())
            if ((AttributeOn(child, column) ?? AttributeBelow(child, column)) is { } found)
                return found;
        return null;
    }

    private static Location? AttributeOn(NameNode node, int column)
    {
        foreach (var annotation in node.Annotations)
            if (Decides(annotation, column))
                return annotation.Location;
        return null;
    }

    private static bool Decides(Annotation annotation, int column) => column switch
    {
        GroupsFile.WeightDecay => annotation.Kind is AnnotationKind.NoWeightDecay or AnnotationKind.WeightDecay,
        GroupsFile.Factor => annotation.Kind == AnnotationKind.LearningRateScale,
        GroupsFile.Frozen => annotation.Kind == AnnotationKind.Frozen,
        GroupsFile.Layer or GroupsFile.Number or GroupsFile.Scale => annotation.IsLayer,
        _ => false,
    };
}
