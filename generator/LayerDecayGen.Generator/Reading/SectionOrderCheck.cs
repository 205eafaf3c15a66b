using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>
/// What must hold among the sections of a model: stacks in a stated order, a layer before each previous one, no hole in the numbers.
/// </summary>
internal sealed class SectionOrderCheck(Reporter reporter, INamedTypeSymbol model)
{
    public void Check(IReadOnlyList<OpenedSection> sections)
    {
        Annotation? with = null, without = null;
        bool opened = false, counts = false, any = false;
        foreach (var section in sections)
        {
            any |= section.Model.Kind != SectionKind.Unassigned;
            if (section.Annotation is not { } annotation) continue;
            if (annotation.Kind == AnnotationKind.PreviousLayer && !opened)
                reporter.Report(LayerDiagnostics.NothingBefore, annotation.Location, annotation.Text, section.Node.Display);
            opened |= annotation.Kind == AnnotationKind.Layer || annotation.CountsOn;
            counts |= annotation.CountsOn;
            if (annotation.CountsOn && annotation.Order is null) without ??= annotation;
            else if (annotation.CountsOn) with ??= annotation;
        }

        if (with is not null && without is not null)
            reporter.Report(LayerDiagnostics.OrderOnSome, without.Location, model.Name, without.Text, with.Text);
        if (!counts) CheckGaps(sections);
        if (!any && !reporter.HasErrors) reporter.Report(LayerDiagnostics.NoLayers, null, model.Name);
    }

    private void CheckGaps(IReadOnlyList<OpenedSection> sections)
    {
        var claimed = new HashSet<int>();
        foreach (var section in sections)
            if (section.Model.Kind == SectionKind.Layer)
                claimed.Add(section.Model.Layer);
        foreach (var section in sections)
            if (section is { Model.Kind: SectionKind.Layer, Annotation: { Number: > 0 } layer } && !claimed.Contains(layer.Number - 1))
                reporter.Report(LayerDiagnostics.Gap, layer.Location, layer.Text, model.Name, layer.Number - 1);
    }
}
