using System.Collections.Immutable;
using LayerDecayGen.References;
using LayerDecayGen.Tests.Planning;

namespace LayerDecayGen.Tests.Recipes;

/// <summary>What the OpenMMLab recipes correct when parity is not asked for, and what they then say.</summary>
public sealed class OpenMMLabRecipeTests
{
    private static readonly CustomKey Slow = new("blocks.1") { LearningRateMultiplier = 0.1 };

    [Test]
    public void AKeyForBlockOneLeavesBlockTenAlone()
    {
        var facts = Facts.Model(Facts.Matrix("blocks.1.weight"), Facts.Matrix("blocks.10.weight"), Facts.Matrix("blocks.11.weight"));
        MMEngineRecipe recipe = new() { LearningRate = 1, WeightDecay = 0.05, Paramwise = new() { CustomKeys = [Slow] } };
        var plan = recipe.Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Parameters.Select(p => p.LearningRateScale), Is.EqualTo(new[] { 0.1, 1, 1 }));
            Assert.That(plan.Warnings, Has.Length.EqualTo(1).And.Some.Contains("'blocks.10.weight', 'blocks.11.weight'"));
            Assert.That((recipe with { Parity = true }).Plan(facts).Parameters.Select(p => p.LearningRateScale), Is.EqualTo(new[] { 0.1, 0.1, 0.1 }));
        }
    }

    [Test]
    public void AKeyThatHitsNothingNamesTheNearestName()
    {
        MMEngineRecipe recipe = new() { LearningRate = 1, Paramwise = new() { CustomKeys = [new("backbne") { LearningRateMultiplier = 0.1 }] } };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => recipe.Plan(Facts.Vit(1, "backbone.")),
                Throws.TypeOf<PlanException>().With.Message.EqualTo("custom_keys: 'backbne' matches no parameter of Vit. Nearest name: 'backbone'."));
            Assert.That((recipe with { Parity = true }).Plan(Facts.Vit(1, "backbone.")).Parameters.Select(p => p.LearningRateScale), Is.All.EqualTo(1));
        }
    }

    [Test]
    public void FrozenParametersStayOutAndAMemberCalledModuleHidesNothing()
    {
        var facts = Facts.Model(Facts.Matrix("module.weight"), Facts.Matrix("other.weight"), Facts.Matrix("frozen.weight") with { Frozen = true });
        var plan = new MMEngineRecipe { LearningRate = 1 }.Plan(facts);
        var parity = new MMEngineRecipe { LearningRate = 1, Parity = true }.Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names(plan), Is.EqualTo(new[] { "module.weight", "other.weight" }));
            Assert.That(plan.Warnings, Is.EqualTo(new[] { "mmengine: in no group of the reference, trained here: 'other.weight'." }));
            Assert.That(Names(parity), Is.EqualTo(new[] { "module.weight" }));
        }
    }

    [Test]
    public void DepthwiseAndFlatFollowTheTensorInsteadOfTheLetter()
    {
        var facts = Facts.Model(
            Facts.Matrix("one.weight") with { Owner = new OwnerFact("Conv2d") { InChannels = 1, ConvolutionGroups = 1 } },
            Facts.Matrix("deep.weight") with { Owner = new OwnerFact("Conv3d") { InChannels = 4, ConvolutionGroups = 4 } },
            Facts.Scalar("temperature"));
        MMEngineRecipe recipe = new()
        {
            LearningRate = 1,
            WeightDecay = 0.5,
            Paramwise = new() { DepthwiseDecayMultiplier = 0, FlatDecayMultiplier = 0 },
        };
        var plan = recipe.Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Parameters.Select(p => p.WeightDecay), Is.EqualTo(new[] { 0.5, 0, 0 }));
            Assert.That(plan.Warnings, Has.Length.EqualTo(2).And.Some.Contains("'one.weight'").And.Some.Contains("'deep.weight', 'temperature'"));
            Assert.That((recipe with { Parity = true }).Plan(facts).Parameters.Select(p => p.WeightDecay), Is.EqualTo(new[] { 0, 0.5, 0.5 }));
        }
    }

    [Test]
    public void ADecayMultiplierNeedsAWeightDecay()
    {
        MMEngineRecipe recipe = new() { LearningRate = 1, Paramwise = new() { FlatDecayMultiplier = 0 } };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => recipe.Plan(Facts.Vit(1)), Throws.TypeOf<PlanException>().With.Message.Contains("WeightDecay is not set"));
            Assert.That(() => (recipe with { Parity = true }).Plan(Facts.Vit(1)), Throws.Nothing, "flat_decay_mult is the one the reference forgets");
        }
    }

    [TestCase(double.NaN)]
    [TestCase(-0.1)]
    public void ABadMultiplierNamesItsField(double value)
    {
        MMEngineRecipe recipe = new() { WeightDecay = 0.1, Paramwise = new() { CustomKeys = [new("head") { LearningRateMultiplier = value }] } };
        Assert.That(() => recipe.Plan(Facts.Vit(1)), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("custom_keys['head'].lr_mult is "));
    }

    [Test]
    public void AKeyTwiceIsAnError()
    {
        MMEngineRecipe recipe = new() { Paramwise = new() { CustomKeys = [Slow, Slow] } };
        Assert.That(() => recipe.Plan(Facts.Vit(2)), Throws.TypeOf<PlanException>().With.Message.Contains("'blocks.1' twice"));
    }

    [Test]
    public void MMPretrainsKeysSeeADotBeforeTopLevelNamesAndLrMultActs()
    {
        MMPretrainRecipe recipe = new()
        {
            LayerDecay = 0.5,
            WeightDecay = 0.1,
            Paramwise = new() { CustomKeys = [new(".cls_token") { DecayMultiplier = 0, LearningRateMultiplier = 2 }] },
        };
        var plan = recipe.Plan(Facts.DeclaredVit(1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("cls_token").WeightDecay, Is.Zero);
            Assert.That(plan.On("cls_token").LearningRateScale, Is.EqualTo(0.5));
            Assert.That(plan.Warnings, Is.EqualTo(new[] { "mmpretrain: the reference fails: Backbone is not set and Vit declares no layers: say which backbone's rule reads its names." }));
            plan = (recipe with { Backbone = MMPretrainBackbone.VisionTransformer }).Plan(Facts.Vit(1, "", Facts.Matrix("layers.0.weight")));
            Assert.That(plan.Warnings, Has.Some.EqualTo("mmpretrain: weight decay 0.1 in the reference, 0 here: 'cls_token'."));
        }
    }

    [Test]
    public void MMPretrainFindsAPrefixAndHiViTsBlocks()
    {
        var facts = Facts.Model([.. Facts.Vit(2, "encoder.").Parameters]);
        MMPretrainRecipe recipe = new() { LayerDecay = 0.5, WeightDecay = 0.1, Backbone = MMPretrainBackbone.HiViT };
        var plan = recipe.Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("encoder.blocks.0.attn.qkv.weight").Layer, Is.EqualTo(1));
            Assert.That(plan.On("encoder.head.weight").LearningRateScale, Is.EqualTo(1));
            Assert.That(plan.Warnings, Has.Some.Contains("lr scale 1 in the reference, 0.25 here: 'encoder.blocks.0."));
            Assert.That((recipe with { Parity = true }).Plan(facts).Parameters.Select(p => p.LearningRateScale), Is.All.EqualTo(1));
        }
    }

    [Test]
    public void NoScaleOfConvNeXtPassesOne()
    {
        var facts = Facts.Model(
        [
            Facts.Matrix("backbone.downsample_layers.0.0.weight"), Facts.Matrix("backbone.stages.0.0.weight"), Facts.Matrix("backbone.stages.1.0.weight"),
            .. Enumerable.Range(0, 36).Select(i => Facts.Matrix($"backbone.stages.2.{i}.weight")), Facts.Matrix("backbone.stages.3.0.weight"),
        ]);
        MMPretrainRecipe recipe = new() { LayerDecay = 0.5, WeightDecay = 0.1, Backbone = MMPretrainBackbone.ConvNeXt };
        var plan = recipe.Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Parameters.Max(p => p.LearningRateScale), Is.EqualTo(0.5));
            Assert.That(plan.Warnings, Has.Some.Contains("'backbone.stages.2.35.weight'"));
            Assert.That((recipe with { Parity = true }).Plan(facts).Parameters.Max(p => p.LearningRateScale), Is.GreaterThan(1));
        }
    }

    [Test]
    public void OneGroupPerParameterIsAnOption()
    {
        MMPretrainRecipe recipe = new() { LayerDecay = 0.75, WeightDecay = 0.05, Paramwise = new() { FlatDecayMultiplier = 0 } };
        var facts = Facts.DeclaredVit(12);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ParameterGroup.FromPlan(recipe.Plan(facts)), Has.Length.EqualTo(28));
            Assert.That(ParameterGroup.FromPlan((recipe with { OneGroupPerParameter = true }).Plan(facts)), Has.Length.EqualTo(facts.Parameters.Length));
        }
    }

    [Test]
    public void MMActionsLayerCountFollowsTheModel()
    {
        MMActionLayerDecayRecipe recipe = new() { LayerDecay = 0.75, WeightDecay = 0.05, Depth = 2 };
        var facts = Facts.Vit(4, "backbone.");
        var plan = recipe.Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Parameters.Max(p => p.LearningRateScale), Is.EqualTo(1));
            Assert.That(plan.Warnings, Has.Length.EqualTo(1).And.Some.Contains("lr scale 0.4219 to 1.333 in the reference, 0.2373 to 0.75 here"));
            Assert.That((recipe with { Parity = true }).Plan(facts).Parameters.Max(p => p.LearningRateScale), Is.GreaterThan(1));
        }
    }

    [Test]
    public void SwinLeavesFrozenParametersOutAndItsKeysHitNamesAlone()
    {
        var facts = Facts.Model(Facts.Matrix("a.norm.weight"), Facts.Matrix("a.frozen") with { Frozen = true });
        MMActionSwinRecipe recipe = new() { LearningRate = 1, WeightDecay = 0.1, Keys = [new("norm") { DecayMultiplier = 0 }, new("a.") { LearningRateMultiplier = 0.5 }] };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(recipe.Plan(facts).Parameters.Select(p => (p.Fact.Name, p.LearningRateScale, p.WeightDecay)), Is.EqualTo(new[] { ("a.norm.weight", 0.5, (double?)0) }));
            Assert.That(recipe.Plan(facts).Warnings, Has.Length.EqualTo(1).And.Some.Contains("'a.frozen'"));
            Assert.That(
                () => (recipe with { Keys = [new("base") { LearningRateMultiplier = 0.5 }] }).Plan(facts), Throws.TypeOf<PlanException>().With.Message.Contains("'base'"));
        }
    }

    [Test]
    public void TsmPlansWhatTheReferenceLosesAndKeepsTheClassifiersBiasItsOwn()
    {
        var facts = Facts.Model(
            Facts.Matrix("conv1.weight") with { Owner = new OwnerFact("Conv2d") },
            Facts.Matrix("mid.weight") with { Owner = new OwnerFact("Linear") },
            Facts.Vector("mid.bias") with { Owner = new OwnerFact("Linear") },
            Facts.Matrix("frozen.weight") with { Owner = new OwnerFact("Linear"), Frozen = true },
            Facts.Vector("ln.weight") with { Owner = new OwnerFact("LayerNorm") },
            Facts.Matrix("token") with { Owner = new OwnerFact("Tsm") },
            Facts.Matrix("head.weight") with { Owner = new OwnerFact("Linear") });
        var plan = new MMActionTsmRecipe { FastClassifier = true, WeightDecay = 0.1 }.Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names(plan), Is.EquivalentTo(new[] { "conv1.weight", "mid.weight", "mid.bias", "ln.weight", "token", "head.weight" }));
            Assert.That(plan.On("head.weight").LearningRateScale, Is.EqualTo(5));
            Assert.That(plan.On("mid.bias").LearningRateScale, Is.EqualTo(2));
            Assert.That(plan.On("ln.weight").WeightDecay, Is.Zero);
            Assert.That(plan.Warnings, Is.EqualTo(new[]
            {
                "MMAction2 TSM: the reference fails: 'ln.weight' belongs to a 'LayerNorm', for which the reference has no rule.",
            }));
        }
    }

    [Test]
    public void TsmMeetsASharedModuleOnceAndRefusesATensorOfTwo()
    {
        ParameterFact[] net =
        [
            Linear(Facts.Matrix("a.weight")), Linear(Facts.Vector("a.bias")), Linear(Facts.Matrix("b.weight")), Linear(Facts.Vector("b.bias")),
        ];
        MMActionTsmRecipe recipe = new() { FastClassifier = false, WeightDecay = 0.1, Parity = true };
        var shared = Facts.Model([.. net, Linear(Facts.Matrix("sub.c.weight") with { TiedTo = "a.weight" }), Linear(Facts.Vector("sub.c.bias") with { TiedTo = "a.bias" })]);
        var tied = Facts.Model([.. net, Linear(Facts.Matrix("sub.c.weight") with { TiedTo = "a.weight" }), Linear(Facts.Vector("sub.c.bias"))]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names(recipe.Plan(shared)), Is.EquivalentTo(net.Select(p => p.Name)));
            Assert.That(() => recipe.Plan(tied), Throws.TypeOf<PlanException>().With.Message.Contains("'sub.c.weight' is the same tensor as 'a.weight'"));
        }

        static ParameterFact Linear(ParameterFact fact) => fact with { Owner = new OwnerFact("Linear") };
    }

    [Test]
    public void TsmNeedsItsOption() => Assert.That(
        () => new MMActionTsmRecipe().Plan(Facts.Vit(1)), Throws.TypeOf<PlanException>().With.Message.Contains("FastClassifier (fc_lr5) is not set"));

    private static ImmutableArray<string> Names(Plan plan) => [.. plan.Parameters.Select(p => p.Fact.Name)];
}
