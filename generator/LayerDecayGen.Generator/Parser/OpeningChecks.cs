using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// What must hold among the sections of a model: stacks in a stated order, a layer before each previous one, no hole in the numbers.
/// </summary>
internal sealed class OpeningChecks(Reporter reporter, INamedTypeSymbol model)
{
    private readonly List<Annotation> _stacks = [];
    private readonly List<Annotation> _layers = [];
    private bool _opened;

    /// <summary>The stacks opened so far.</summary>
    public int Stacks => _stacks.Count;

    public void OpenStack(Annotation annotation)
    {
        _stacks.Add(annotation);
        _opened = true;
    }

    public void Open(Annotation annotation, NameNode node)
    {
        if (annotation.Kind == AnnotationKind.Layer) _layers.Add(annotation);
        else if (annotation.Kind == AnnotationKind.PreviousLayer && !_opened)
            reporter.Report(LayerRules.NothingBefore, annotation.Location, annotation.Text, node.Display);
        _opened |= annotation.Kind == AnnotationKind.Layer;
    }

    public void Finish(List<SectionModel> sections)
    {
        CheckOrder();
        if (_stacks.Count == 0) CheckGaps();
        CheckEmpty(sections);
    }

    private void CheckOrder()
    {
        Annotation? with = null, without = null;
        foreach (var stack in _stacks)
            if (stack.Order is null) without ??= stack;
            else with ??= stack;
        if (with is not null && without is not null)
            reporter.Report(LayerRules.OrderOnSome, without.Location, model.Name, without.Text, with.Text);
    }

    private void CheckGaps()
    {
        foreach (var layer in _layers)
            if (layer.Number > 0 && !Claims(layer.Number - 1))
                reporter.Report(LayerRules.Gap, layer.Location, layer.Text, model.Name, layer.Number - 1);
    }

    private bool Claims(int number)
    {
        foreach (var layer in _layers)
            if (layer.Number == number)
                return true;
        return false;
    }

    private void CheckEmpty(List<SectionModel> sections)
    {
        foreach (var section in sections)
            if (section.Kind != SectionKind.Unassigned)
                return;
        if (!reporter.HasErrors) reporter.Report(LayerRules.NoLayers, null, model.Name);
    }
}
