using LayerDecayGen.Layout;
using static LayerDecayGen.Tests.HandWrittenLayout;

namespace LayerDecayGen.Tests;

public sealed class LayerNumberingTests
{
    [Test]
    public void AVitCountsStemBlocksAndTop()
    {
        var layout = new HandWrittenLayout(Layer("cls_token", 0), Stack("blocks.{i}"), Previous("norm"), Last("head"));
        var layers = Number(layout, "cls_token", "blocks.0.w", "blocks.1.w", "blocks.2.w", "norm.weight", "head.weight");
        Assert.That(layers, Is.EqualTo(new[] { 0, 1, 2, 3, 3, 4 }));
    }

    [Test]
    public void TheOrderOfRegistrationSaysNothing()
    {
        var layout = new HandWrittenLayout(Last("head"), Stack("blocks.{i}"), Layer("stem", 0));
        var layers = Number(layout, "head.weight", "blocks.1.w", "blocks.0.w", "stem.weight");
        Assert.That(layers, Is.EqualTo(new[] { 3, 2, 1, 0 }));
    }

    [Test]
    public void TheFirstStackStartsWhereNoLayerIsClaimed()
    {
        var layout = new HandWrittenLayout(Layer("a", 0), Layer("b", 1), Stack("blocks.{i}"), Last("head"));
        Assert.That(Number(layout, "a", "b", "blocks.0.w", "head.w"), Is.EqualTo(new[] { 0, 1, 2, 3 }));
    }

    [Test]
    public void StacksCountOnByOrderAndEqualOrderSharesLayers()
    {
        var layout = new HandWrittenLayout(Stack("late.{i}", 2), Stack("left.{i}", 1), Stack("right.{i}", 1));
        var layers = Number(layout, "late.0.w", "left.0.w", "left.1.w", "right.0.w", "right.1.w", "right.2.w");
        Assert.That(layers, Is.EqualTo(new[] { 3, 0, 1, 0, 1, 2 }));
    }

    [Test]
    public void ATwoLevelStackNumbersThroughAndPutsDownSamplingIntoTheLastBlockOfItsStage()
    {
        var layout = new HandWrittenLayout(Layer("stem", 0), new Section { Path = "layers.{s}.blocks.{i}", Kind = SectionKind.Stack, Attribute = "[LayerStack]" });
        var matches = new[] { new LayoutMatch(0), new(1, 0, 0), new(1, 0, 1), new(1, 0, -1), new(1, 1, 0), new(1, 1, -1) };
        var numbering = LayerNumbering.Number(layout, matches, _ => false, new List<string>());
        Assert.That(matches.Select(m => numbering.LayerOf(m)), Is.EqualTo(new[] { 0, 1, 2, 2, 3, 3 }));
    }

    [Test]
    public void BlocksPerLayerFoldConsecutiveBlocks()
    {
        var layout = new HandWrittenLayout(Stack("blocks.{i}", blocksPerLayer: 3), Last("head"));
        var layers = Number(layout, "blocks.0.w", "blocks.1.w", "blocks.2.w", "blocks.3.w", "head.w");
        Assert.That(layers, Is.EqualTo(new[] { 0, 0, 0, 1, 2 }));
    }

    [Test]
    public void AChildWithoutParametersIsNoLayer()
    {
        var layout = new HandWrittenLayout(Stack("features.{i}"));
        var problems = new List<string>();
        var matches = Match(layout, "features.0.weight", "features.2.weight");
        var numbering = LayerNumbering.Number(layout, matches, name => name == "features.1", problems);
        Assert.That(problems, Is.Empty);
        Assert.That(matches.Select(m => numbering.LayerOf(m)), Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void AMethodDecidesWhereTheDeclarationSaysSo()
    {
        var layout = new HandWrittenLayout(Layer("stem", 0), Stack("stages.{i}", hasLayerOf: true), Last("head")) { LayerOfChild = (_, index) => 1 + index / 2 };
        Assert.That(Number(layout, "stem", "stages.0.w", "stages.1.w", "stages.2.w", "head.w"), Is.EqualTo(new[] { 0, 1, 1, 2, 3 }));
    }

    [TestCaseSource(nameof(Contradictions))]
    public void AContradictionIsTold(Section[] sections, string[] names, string told)
    {
        var problems = new List<string>();
        var layout = new HandWrittenLayout(sections) { LayerOfChild = (_, index) => index == 0 ? -1 : 4 };
        LayerNumbering.Number(layout, Match(layout, names), _ => false, problems);
        Assert.That(problems, Has.Some.Contains(told));
    }

    private static IEnumerable<TestCaseData> Contradictions()
    {
        yield return new TestCaseData(new[] { Stack("blocks.{i}") }, new[] { "blocks.0.w", "blocks.2.w" }, "no 'blocks.1'").SetName("a gap in a stack");
        yield return new TestCaseData(new[] { Stack("blocks.{i}", count: 3) }, new[] { "blocks.0.w", "blocks.1.w" }, "Count = 3").SetName("a wrong Count");
        yield return new TestCaseData(new[] { Layer("a", 0), Layer("b", 2) }, new[] { "a", "b" }, "layer 1 is opened by no section").SetName("a layer left out");
        yield return new TestCaseData(new[] { Previous("norm"), Stack("blocks.{i}") }, new[] { "norm.weight", "blocks.0.w" }, "no layer is opened before it").SetName("nothing before [PreviousLayer]");
        yield return new TestCaseData(new[] { Stack("s.{i}", hasLayerOf: true) }, new[] { "s.0.w" }, "gives layer -1").SetName("a negative layer from a method");
        yield return new TestCaseData(new[] { Stack("s.{i}", hasLayerOf: true) }, new[] { "s.1.w" }, "layer 0 is opened by no section").SetName("a method that skips layers");
    }

    private static LayoutMatch[] Match(LayerLayout layout, params string[] names) =>
        [.. names.Select(n => layout.Match(n) ?? throw new ArgumentException($"no match for {n}"))];

    private static int[] Number(LayerLayout layout, params string[] names)
    {
        var problems = new List<string>();
        var matches = Match(layout, names);
        var numbering = LayerNumbering.Number(layout, matches, _ => false, problems);
        Assert.That(problems, Is.Empty);
        Assert.That(numbering.LayerCount, Is.EqualTo(matches.Max(m => numbering.LayerOf(m)) + 1));
        return [.. matches.Select(m => numbering.LayerOf(m))];
    }
}
