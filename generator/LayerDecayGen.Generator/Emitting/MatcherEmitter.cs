using System.Runtime.CompilerServices;
using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Emitting;

/// <summary>
/// Writes the matcher: one switch for each name segment. The last arm of a switch gives what the level above says, so that names which
/// nothing further in mentions inherit it.
/// </summary>
internal sealed class MatcherEmitter(SourceWriter writer)
{
    private readonly List<string> _classes = [];

    public static void Emit(SourceWriter writer, MatchNode root)
    {
        var emitter = new MatcherEmitter(writer);
        writer.Line("public override " + LayoutEmitter.Runtime + "Layout.LayoutMatch? Match(global::System.ReadOnlySpan<char> name, "
            + LayoutEmitter.Runtime + "Layout.ElementTypes? elements = null)");
        writer.Open();
        if (HasVariants(root)) writer.Line("var full = name;");
        var otherwise = root.Facts is { } facts ? Match(facts) : "null";
        if (root.Children.Count == 0) writer.Line("return ", otherwise, ";");
        else emitter.Switch("return ", root.Children, holes: 0, otherwise, "};");
        writer.Close();
        for (var i = 0; i < emitter._classes.Count; i++)
        {
            writer.Line();
            writer.Line("private static readonly string[] s_classes" + SourceWriter.Literal(i), " = new[] { ", emitter._classes[i], " };");
        }
    }

    private static bool HasVariants(MatchNode node)
    {
        if (node.Variants.Count > 0) return true;
        foreach (var child in node.Children)
            if (HasVariants(child))
                return true;
        return false;
    }

    private void Switch(string head, ImmutableEquatableArray<MatchNode> nodes, int holes, string otherwise, string end)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        writer.Open(head + "Next(ref name) switch");
        // Literals first: a template such as block_{i} must not catch a literal block_0.
        foreach (var node in nodes)
            if (!node.IsTemplate)
                Literal(node, holes, otherwise);
        foreach (var node in nodes)
            if (node.IsTemplate)
                Template(node, holes, otherwise);
        writer.Line("_ => ", otherwise, ",");
        writer.Close(end);
    }

    private void Literal(MatchNode node, int holes, string otherwise)
    {
        var label = SourceWriter.Literal(node.Segment);
        if (node.Facts is null && node.Variants.Count == 0 && node.Children.Count == 1 && node.Children[0] is { IsTemplate: true } child)
            Arm(label + " when " + IndexCall(child, "Next(ref name)", holes), child, holes + 1, otherwise);
        else Arm(label, node, holes, otherwise);
    }

    private void Template(MatchNode node, int holes, string otherwise)
    {
        var segment = "s" + SourceWriter.Literal(holes);
        // Not "var": a class of the user's may be called that.
        Arm("{ } " + segment + " when " + IndexCall(node, segment, holes), node, holes + 1, otherwise);
    }

    private void Arm(string label, MatchNode node, int holes, string otherwise)
    {
        if (node.Variants.Count == 0)
        {
            Below(label, node, holes, otherwise);
            return;
        }

        var names = "";
        foreach (var variant in node.Variants) names += (names.Length == 0 ? "" : ", ") + SourceWriter.Literal(variant.Class);
        writer.Open(label + " => Class(full, name, elements, s_classes" + SourceWriter.Literal(_classes.Count) + ") switch");
        _classes.Add(names);
        for (var i = 0; i < node.Variants.Count; i++) Below(SourceWriter.Literal(i), node.Variants[i].Node, holes, otherwise);
        Below("_", node, holes, otherwise);
        writer.Close("},");
    }

    private void Below(string label, MatchNode node, int holes, string otherwise)
    {
        if (node.Facts is { } facts) otherwise = Match(facts);
        if (node.Children.Count == 0) writer.Line(label, " => ", otherwise, ",");
        else Switch(label + " => ", node.Children, holes, otherwise, "},");
    }

    private static string IndexCall(MatchNode node, string segment, int holes)
    {
        var template = node.Segment;
        var open = template.IndexOf('{');
        var close = template.IndexOf('}', open);
        var index = ", out int " + MatchNode.Letter(holes) + ")";
        if (open == 0 && close == template.Length - 1) return (node.Named ? "Child(" : "Index(") + segment + index;
        return "Index(" + segment + ", " + SourceWriter.Literal(template.Substring(0, open)) + ", " + SourceWriter.Literal(template.Substring(close + 1)) + index;
    }

    private static string Match(MatchFacts facts)
    {
        var text = "new(" + SourceWriter.Literal(facts.Section) + Indices(facts) + ")";
        var facets = "";
        if (facts.Facets.Frozen) facets += ", Frozen = true";
        if (facts.Facets.LearningRateScale != 1) facets += ", LearningRateScale = " + SourceWriter.Literal(facts.Facets.LearningRateScale);
        if (!double.IsNaN(facts.Facets.WeightDecay)) facets += ", WeightDecay = " + SourceWriter.Literal(facts.Facets.WeightDecay);
        if (facets.Length > 0) text += " { " + facets.Substring(2) + " }";
        return facts.Facets.NoWeightDecay ? "NoDecay(" + text + ")" : text;
    }

    // (i) in a stack, (i, j) in a stack of stacks, (Fold(i, j), k) deeper. What a stage owns beside its blocks has no last index; a child
    // without a stack among stages is the one layer of its stage.
    private static string Indices(MatchFacts facts)
    {
        if (facts.Indices == 0) return "";
        if (facts.Levels == 1) return ", " + MatchNode.Letter(0);
        var missing = facts.IsWhole ? "0" : "Beyond";
        var stage = MatchNode.Letter(0);
        for (var level = 1; level < facts.Levels - 1; level++)
            stage = "Fold(" + stage + ", " + (level < facts.Indices ? MatchNode.Letter(level) : missing) + ")";
        return ", " + stage + ", " + (facts.Indices == facts.Levels ? MatchNode.Letter(facts.Levels - 1) : facts.IsWhole ? "0" : "-1");
    }
}
