using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Emitter;

/// <summary>Writes the matcher: one switch a name segment, whose last arm is what the level above says.</summary>
internal static class MatcherEmitter
{
    public static void Emit(SourceWriter writer, MatchNode root)
    {
        const string Head = "public override " + LayoutEmitter.Runtime + "Layout.LayoutMatch? Match(global::System.ReadOnlySpan<char> name) => ";
        var otherwise = root.Facts is { } facts ? Match(facts) : "null";
        if (root.Children.Count == 0) writer.Line(Head, otherwise, ";");
        else Switch(writer, Head, root.Children, holes: 0, otherwise, "};");
    }

    private static void Switch(SourceWriter writer, string head, ImmutableEquatableArray<MatchNode> nodes, int holes, string otherwise, string end)
    {
        writer.Open(head + "Next(ref name) switch");
        // Literals first: a template such as block_{i} must not catch a literal block_0.
        foreach (var node in nodes)
            if (!node.IsTemplate)
                Literal(writer, node, holes, otherwise);
        foreach (var node in nodes)
            if (node.IsTemplate)
                Template(writer, node, holes, otherwise);
        writer.Line("_ => ", otherwise, ",");
        writer.Close(end);
    }

    private static void Literal(SourceWriter writer, MatchNode node, int holes, string otherwise)
    {
        var label = SourceWriter.Literal(node.Segment);
        if (node.Facts is null && node.Children.Count == 1 && node.Children[0] is { IsTemplate: true } child)
            Arm(writer, label + " when " + IndexCall(child, "Next(ref name)", holes), child, holes + 1, otherwise);
        else Arm(writer, label, node, holes, otherwise);
    }

    private static void Template(SourceWriter writer, MatchNode node, int holes, string otherwise)
    {
        var segment = "s" + SourceWriter.Literal(holes);
        Arm(writer, "var " + segment + " when " + IndexCall(node, segment, holes), node, holes + 1, otherwise);
    }

    private static void Arm(SourceWriter writer, string label, MatchNode node, int holes, string otherwise)
    {
        if (node.Facts is { } facts) otherwise = Match(facts);
        if (node.Children.Count == 0) writer.Line(label, " => ", otherwise, ",");
        else Switch(writer, label + " => ", node.Children, holes, otherwise, "},");
    }

    private static string IndexCall(MatchNode node, string segment, int holes)
    {
        var template = node.Segment;
        var open = template.IndexOf('{');
        var close = template.IndexOf('}', open);
        var name = MatchNode.Letter(holes);
        if (open == 0 && close == template.Length - 1) return (node.Named ? "Child(" : "Index(") + segment + ", out var " + name + ")";
        var before = SourceWriter.Literal(template.Substring(0, open));
        var after = SourceWriter.Literal(template.Substring(close + 1));
        return "Index(" + segment + ", " + before + ", " + after + ", out var " + name + ")";
    }

    private static string Match(MatchFacts facts)
    {
        var text = "new(" + SourceWriter.Literal(facts.Section) + Indices(facts) + ")";
        var facets = "";
        if (facts.Frozen) facets += ", Frozen = true";
        if (facts.LearningRateScale != 1) facets += ", LearningRateScale = " + SourceWriter.Literal(facts.LearningRateScale);
        if (!double.IsNaN(facts.WeightDecay)) facets += ", WeightDecay = " + SourceWriter.Literal(facts.WeightDecay);
        if (facets.Length > 0) text += " { " + facets.Substring(2) + " }";
        return facts.NoWeightDecay ? "NoDecay(" + text + ")" : text;
    }

    // (i) in a stack, (i, j) in a stack of stacks, (Fold(i, j), k) deeper; what a stage owns beside its blocks has no last index.
    private static string Indices(MatchFacts facts)
    {
        if (facts.Indices == 0) return "";
        if (facts.Levels == 1) return ", " + MatchNode.Letter(0);
        var stage = MatchNode.Letter(0);
        for (var level = 1; level < facts.Levels - 1; level++)
            stage = "Fold(" + stage + ", " + (level < facts.Indices ? MatchNode.Letter(level) : "Beyond") + ")";
        return ", " + stage + ", " + (facts.Indices == facts.Levels ? MatchNode.Letter(facts.Levels - 1) : "-1");
    }
}
