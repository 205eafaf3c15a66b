using System.Collections.Immutable;
using LayerDecayGen.References;
using LayerDecayGen.Tests.Planning;

namespace LayerDecayGen.Tests.Recipes;

/// <summary>What the recipes of STMixer, detectron2 and timm correct when parity is not asked for.</summary>
public sealed class OtherRecipeTests
{
    private static readonly StMixerRecipe StMixer = new() { BaseLearningRate = 1e-3, LayerDecay = 0.5, BackboneWeightDecay = 0.05, WeightDecay = 1e-4 };
    private static readonly Detectron2Recipe Detectron2 = new() { BaseLearningRate = 1e-3, WeightDecay = 0.1, LayerDecay = 0.5 };
    private static readonly TimmRecipe Timm = new() { LayerDecay = 0.5, WeightDecay = 0.05, GroupMatcher = TimmGroupMatcher.VisionTransformer };

    [Test]
    public void StMixersScaleActsAndItsRestIsSound()
    {
        var facts = Facts.Vit(
            2, "backbone.", Facts.Matrix("space.weight"), Facts.Vector("space.bias"), Facts.Matrix("frozen.weight") with { Frozen = true }, Facts.Matrix("head.backbone_proj.weight"));
        var plan = StMixer.Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("backbone.cls_token").LearningRateScale, Is.EqualTo(0.125));
            Assert.That(plan.Parameters.Select(p => p.LearningRate), Is.All.Null);
            Assert.That(plan.On("space.bias").WeightDecay, Is.Zero);
            Assert.That(plan.On("space.weight").WeightDecay, Is.EqualTo(1e-4));
            Assert.That(plan.On("head.backbone_proj.weight").LearningRateScale, Is.EqualTo(1));
            Assert.That(plan.Parameters.Select(p => p.Fact.Name), Has.None.EqualTo("frozen.weight"));
            Assert.That(
                plan.Warnings,
                Has.Some.Contains("lr 0.001 in the reference, 0.000125 here: 'backbone.cls_token'")
                    .And.Some.Contains("although frozen, in none here: 'frozen.weight'")
                    .And.Some.Contains("weight decay 0.0001 in the reference, 0 here: 'space.bias'")
                    .And.Some.Contains("in no group of the reference, trained here: 'head.backbone_proj.weight'"));
        }
    }

    [Test]
    public void StMixersEncoderKeepsItsStemAndItsList()
    {
        var plan = (StMixer with { NoWeightDecayNames = ["pos_embed"] }).Plan(Facts.Vit(2, "backbone.encoder."));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("backbone.encoder.cls_token").Layer, Is.Zero);
            Assert.That(plan.On("backbone.encoder.pos_embed").WeightDecay, Is.Zero);
            Assert.That(plan.Warnings, Has.Some.Contains("weight decay 0.05 in the reference, 0 here: 'backbone.encoder.pos_embed'"));
        }
    }

    [Test]
    public void StMixersOtherBackbonesKnowNormsByType()
    {
        var facts = Facts.Model(
            Facts.Vector("backbone.norm.weight") with { Owner = new OwnerFact("BatchNorm3d") },
            Facts.Matrix("backbone.bnx.weight") with { Owner = new OwnerFact("Linear") });
        var plan = (StMixer with { IsVisionTransformer = false, NormWeightDecay = 0 }).Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("backbone.norm.weight").WeightDecay, Is.Zero);
            Assert.That(plan.On("backbone.bnx.weight").WeightDecay, Is.EqualTo(1e-4));
            Assert.That(plan.Warnings, Is.EqualTo(new[]
            {
                "STMixer: weight decay 0.0001 in the reference, 0 here: 'backbone.norm.weight'.",
                "STMixer: weight decay 0 in the reference, 0.0001 here: 'backbone.bnx.weight'.",
            }));
        }
    }

    [Test]
    public void Detectron2sDepthFollowsTheModelAndBareNamesKeepTheirLayers()
    {
        var stated = (Detectron2 with { Depth = 1 }).Plan(Facts.Vit(3, "backbone.net."));
        var bare = Detectron2.Plan(Facts.Vit(3));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stated.Parameters.Max(p => p.LearningRateScale), Is.EqualTo(1));
            Assert.That(stated.Warnings, Has.Some.Contains("lr scale 1 in the reference, 0.0625 to 0.25 here: 'backbone.net.cls_token'"));
            Assert.That(bare.On("blocks.0.attn.qkv.weight").LearningRateScale, Is.EqualTo(0.125));
            Assert.That(bare.Warnings, Has.Length.EqualTo(4).And.All.Contains("lr scale 1 in the reference"));
        }
    }

    [Test]
    public void Detectron2sBiasFactorKeepsTheDepthsScale()
    {
        var plan = (Detectron2 with { BiasLearningRateFactor = 2 }).Plan(Facts.Vit(1, "backbone.net."));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("backbone.net.blocks.0.attn.qkv.bias").LearningRateScale, Is.EqualTo(1));
            Assert.That(plan.On("backbone.net.patch_embed.proj.bias").LearningRateScale, Is.EqualTo(0.5));
            Assert.That(plan.Warnings, Has.Some.EqualTo("detectron2: lr scale 2 in the reference, 0.5 here: 'backbone.net.patch_embed.proj.bias'."));
        }
    }

    [Test]
    public void AnOverrideThatMatchesNothingNamesTheNearestName()
    {
        var recipe = Detectron2 with { Overrides = [new("pos_embd", [new("weight_decay", 0.0)])] };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => recipe.Plan(Facts.Vit(1)), Throws.TypeOf<PlanException>().With.Message.Contains("Nearest name: 'pos_embed'"));
            Assert.That(() => (recipe with { Parity = true, Depth = 1 }).Plan(Facts.Vit(1)), Throws.Nothing);
            Assert.That(
                () => (Detectron2 with { Overrides = [new("bias", [new("lr", "fast")])] }).Plan(Facts.Vit(1)),
                Throws.TypeOf<PlanException>().With.Message.Contains("The override of 'bias': lr is 'fast'"));
        }
    }

    [Test]
    public void ExplicitGroupsMergeWhateverTheOrderOfTheirFields()
    {
        var facts = Facts.Model(Facts.Matrix("a"), Facts.Matrix("b"));
        ExplicitGroupsRecipe recipe = new([new(["a"], [new("lr", 0.1), new("weight_decay", 0.0)]), new(["b"], [new("weight_decay", 0.0), new("lr", 0.1)])]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ParameterGroup.FromPlan(recipe.Plan(facts)), Has.Length.EqualTo(1));
            Assert.That(ParameterGroup.FromPlan((recipe with { Parity = true }).Plan(facts)), Has.Length.EqualTo(2));
            Assert.That(() => recipe.Plan(Facts.Model(Facts.Matrix("a"))), Throws.TypeOf<PlanException>().With.Message.Contains("'b' matches no parameter"));
        }
    }

    [Test]
    public void TimmsPrefixIsAnErrorInsteadOfScaleOneEverywhere()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Timm.Plan(Facts.Vit(2, "module.")), Throws.TypeOf<PlanException>().With.Message.Contains("'stem' matches no parameter"));
            Assert.That((Timm with { Parity = true }).Plan(Facts.Vit(2, "module.")).Parameters.Select(p => p.LearningRateScale), Is.All.EqualTo(1));
            Assert.That(
                () => (Timm with { GroupMatcher = null }).Plan(Facts.Vit(2)), Throws.TypeOf<PlanException>().With.Message.Contains("ClassifierPrefixes finds no classifier"));
        }
    }

    [Test]
    public void TimmsFinalNormSharesTheLastBlocksLayer()
    {
        var plan = Timm.Plan(Facts.Vit(2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("norm.weight").Layer, Is.EqualTo(2));
            Assert.That(plan.On("head.weight").Layer, Is.EqualTo(3));
        }
    }

    [Test]
    public void TimmsPatternThatMatchesNothingIsAWarning() => Assert.That(
        (Timm with { NoWeightDecayNames = ["pos_emb"] }).Plan(Facts.Vit(1)).Warnings, Has.Length.EqualTo(1).And.Some.Contains("Nearest name: 'pos_embed'"));

    [TestCase("(", "no regular expression")]
    [TestCase("(blocks)", "must catch a number")]
    public void ABadMatcherIsNamed(string pattern, string message)
    {
        var recipe = Timm with { GroupMatcher = new([new("blocks", [new(pattern)])]) };
        Assert.That(() => recipe.Plan(Facts.Vit(1)), Throws.TypeOf<PlanException>().With.Message.Contains(message));
    }

    // Values of Python's fnmatch, checked with its own module.
    [TestCase("*.bias", "a.bias", true)]
    [TestCase("*.bias", "bias", false)]
    [TestCase("blocks.?.w", "blocks.1.w", true)]
    [TestCase("blocks.?.w", "blocks.10.w", false)]
    [TestCase("blocks.[0-3].*", "blocks.2.w", true)]
    [TestCase("blocks.[!0-3].*", "blocks.2.w", false)]
    [TestCase("a[", "a[", true)]
    [TestCase("a[]]b", "a]b", true)]
    [TestCase("A", "a", false)]
    public void ListsArePythonsPatterns(string pattern, string name, bool matches)
    {
        var recipe = new TimmRecipe { UseLayerDecay = false, WeightDecay = 0.1, NoWeightDecayNames = [pattern], Parity = true };
        Assert.That(recipe.Plan(Facts.Model(Facts.Matrix(name))).Parameters[0].WeightDecay, Is.EqualTo(matches ? 0 : 0.1));
    }

    [Test]
    public void ADepthFunctionThatGivesANegativeLayerIsAnError() => Assert.That(
        () => (Timm with { LayerMap = new Dictionary<string, int> { ["head.weight"] = -1 }.ToImmutableDictionary() }).Plan(Facts.Vit(1)),
        Throws.TypeOf<PlanException>().With.Message.Contains("LayerMap"));
}
