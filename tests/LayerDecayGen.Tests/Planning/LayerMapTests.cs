using TorchSharp;

namespace LayerDecayGen.Tests.Planning;

public sealed class LayerMapTests
{
    private static readonly LayerMap Vit = new LayerMap("Vit", 0.5).WithLayer(0, "cls_token", "pos_embed", "patch_embed").WithStack("blocks.{i}").WithLastLayer("norm", "head");

    [Test]
    public void AMapGivesWhatAttributesGive()
    {
        var facts = Vit.Apply(Facts.Vit(3));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(facts.Parameters.Select(p => p.Layer), Is.EqualTo(Facts.DeclaredVit(3).Parameters.Select(p => p.Layer)));
            Assert.That(facts.LayerCount, Is.EqualTo(5));
            Assert.That(facts.LayerDecay, Is.EqualTo(0.5));
        }
    }

    [Test]
    public void StagesCountOnAndTheirOwnGoesWithTheirLastBlock()
    {
        var map = new LayerMap("Swin").WithLayer(0, "patch_embed").WithStack("layers.{s}.blocks.{i}").WithPreviousLayer("norm").WithLastLayer("head");
        var facts = map.Apply(Named(
            "patch_embed.w", "layers.0.blocks.0.w", "layers.0.blocks.1.w", "layers.0.downsample.w", "layers.1.blocks.0.w", "norm.w", "head.w"));
        Assert.That(facts.Parameters.Select(p => p.Layer), Is.EqualTo(new[] { 0, 1, 2, 2, 3, 3, 4 }));
    }

    [Test]
    public void TemplatesBlocksPerLayerAndParallelStacks()
    {
        var map = new LayerMap("Towers").WithStack("image.block_{i}", blocksPerLayer: 2).WithStack("text.{i}", parallelTo: "image.block_{i}").WithLastLayer("head");
        var facts = map.Apply(Named("image.block_0.w", "image.block_1.w", "image.block_2.w", "text.0.w", "text.1.w", "head.w"));
        Assert.That(facts.Parameters.Select(p => p.Layer), Is.EqualTo(new[] { 0, 0, 1, 0, 1, 2 }));
    }

    [Test]
    public void TheLongestPathWins()
    {
        var facts = Vit.WithLayer(0, "blocks.1.norm1").Apply(Facts.Vit(2));
        Assert.That(facts.Parameters.Single(p => p.Name == "blocks.1.norm1.weight").Layer, Is.Zero);
    }

    [Test]
    public void WhatDoesNotFitIsNamedAllAtOnce() => Assert.That(
        () => Vit.WithLayer(0, "mask_tokn").Apply(Facts.Vit(2, "", Facts.Matrix("mask_token"))),
        Throws.TypeOf<PlanException>().With.Message.Contains("'mask_token' is at or below no path").And.Message.Contains("'mask_tokn' matches no parameter")
            .And.Message.Contains("Nearest name: 'mask_token'"));

    [Test]
    public void AGapInAStackIsNamed() => Assert.That(
        () => Vit.Apply(Facts.Vit(1, "", Facts.Matrix("blocks.3.weight"))), Throws.TypeOf<PlanException>().With.Message.Contains("'blocks.1'"));

    [TestCase(-1, "layer -1")]
    [TestCase(7, "opened by no section")]
    public void ADepthFunctionThatIsNegativeOrSkipsIsNamed(int layer, string message)
    {
        var map = new LayerMap("Vit").WithLayer(0, "cls_token", "pos_embed", "patch_embed").WithStack("blocks.{i}", layerOf: (_, index) => index == 0 ? 1 : layer).WithLastLayer("norm", "head");
        Assert.That(() => map.Apply(Facts.Vit(2)), Throws.TypeOf<PlanException>().With.Message.Contains(message));
    }

    [TestCase("blocks", "0 holes")]
    [TestCase("a.{i}.b.{j}.c.{k}", "3 holes")]
    [TestCase("blocks..{i}", "empty segment")]
    [TestCase("blocks.{i", "no hole")]
    public void ABadStackPathIsNamed(string path, string message) =>
        Assert.That(() => new LayerMap("M").WithStack(path), Throws.TypeOf<PlanException>().With.Message.Contains(message));

    [Test]
    public void OtherBadRulesAreNamed()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new LayerMap("M", 1.5), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("layerDecay is 1.5"));
            Assert.That(() => new LayerMap("M").WithLayer(-1, "a"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 0"));
            Assert.That(() => new LayerMap("M").WithLayer(0), Throws.TypeOf<PlanException>().With.Message.Contains("names no path"));
            Assert.That(() => new LayerMap("M").WithLayer(0, "a").WithLastLayer("a"), Throws.TypeOf<PlanException>().With.Message.Contains("twice"));
            Assert.That(() => new LayerMap("M").WithLayer(0, "a.{i}"), Throws.TypeOf<PlanException>().With.Message.Contains("only a stack"));
            Assert.That(() => new LayerMap("M").WithStack("a.{i}", 0), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 1"));
            Assert.That(() => new LayerMap("M").WithStack("a.{i}", parallelTo: "b.{i}"), Throws.TypeOf<PlanException>().With.Message.Contains("'b.{i}'"));
        }
    }

    [Test]
    public void ALiveModelTakesAMapAsItsLayout()
    {
        using var model = torch.nn.Sequential(
            ("stem", torch.nn.Linear(2, 2)), ("body", torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))), ("head", torch.nn.Linear(2, 2)));
        var map = new LayerMap("Net").WithLayer(0, "stem").WithStack("body.{i}").WithLastLayer("head");
        var groups = new ParameterGroups(model, map, new LayerDecayOptions { LayerDecay = 0.5, WeightDecay = 0.1 });
        Assert.That(groups.Select(g => g.LearningRateScale), Is.EqualTo(new[] { 0.125, 0.125, 0.25, 0.25, 0.5, 0.5, 1, 1 }));
    }

    private static ModelFacts Named(params string[] names) => Facts.Model([.. names.Select(Facts.Matrix)]);
}
