using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Emitter;

/// <summary>Writes the matcher: one switch a name segment, falling back to what the level above says.</summary>
internal static class MatcherEmitter
{
    public static void Emit(SourceWriter writer, MatchNode root)
    {
        writer.Line("public override bool TryMatch(global::System.ReadOnlySpan<char> name, out global::LayerDecayGen.Layout.LayoutMatch match)");
        writer.Open();
        writer.Line("match = ", root.Facts is { } facts ? Match(facts) : "default", ";");
        Branch(writer, root.Children, holes: 0, covered: root.Facts is not null);
        writer.Line(root.Facts is null ? "return false;" : "return true;");
        writer.Close();
    }

    private static void Branch(SourceWriter writer, ImmutableEquatableArray<MatchNode> nodes, int holes, bool covered)
    {
        if (nodes.Count == 0) return;
        writer.Open("switch (Next(ref name))");
        // Literals first: a template such as block_{i} must not catch a literal block_0.
        foreach (var node in nodes)
            if (!node.IsTemplate)
                Literal(writer, node, holes, covered);
        foreach (var node in nodes)
            if (node.IsTemplate)
                Template(writer, node, holes, covered);
        writer.Close();
    }

    private static void Literal(SourceWriter writer, MatchNode node, int holes, bool covered)
    {
        var label = SourceWriter.Literal(node.Segment);
        if (node.Facts is null && node.Children.Count == 1 && node.Children[0] is { IsTemplate: true } child)
        {
            Body(writer, "case " + label + " when " + IndexCall(child, "Next(ref name)", holes) + ":", child, holes + 1, covered);
            return;
        }

        Body(writer, "case " + label + ":", node, holes, covered);
    }

    private static void Template(SourceWriter writer, MatchNode node, int holes, bool covered)
    {
        var segment = "s" + SourceWriter.Literal(holes);
        Body(writer, "case var " + segment + " when " + IndexCall(node, segment, holes) + ":", node, holes + 1, covered);
    }

    private static void Body(SourceWriter writer, string label, MatchNode node, int holes, bool covered)
    {
        var match = node.Facts is { } facts ? " match = " + Match(facts) + ";" : "";
        covered |= node.Facts is not null;
        var end = covered ? " return true;" : " break;";
        if (node.Children.Count == 0)
        {
            writer.Line(label, match, end);
            return;
        }

        writer.Line(label, match);
        writer.Indent();
        Branch(writer, node.Children, holes, covered);
        writer.Line(end.Substring(1));
        writer.Unindent();
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
        if (facts.NoWeightDecay) facets += ", NoWeightDecay = true";
        if (facts.Frozen) facets += ", Frozen = true";
        if (facts.LearningRateScale != 1) facets += ", LearningRateScale = " + SourceWriter.Literal(facts.LearningRateScale);
        if (!double.IsNaN(facts.WeightDecay)) facets += ", WeightDecay = " + SourceWriter.Literal(facts.WeightDecay);
        return facets.Length == 0 ? text : text + " { " + facets.Substring(2) + " }";
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
