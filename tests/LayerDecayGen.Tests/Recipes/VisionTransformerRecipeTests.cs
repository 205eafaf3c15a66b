using LayerDecayGen.References;
using LayerDecayGen.Tests.Planning;

namespace LayerDecayGen.Tests.Recipes;

/// <summary>What the ViT recipes correct when parity is not asked for, and what they then say.</summary>
public sealed class VisionTransformerRecipeTests
{
    private static readonly MaeRecipe Mae = new() { LayerDecay = 0.5, WeightDecay = 0.05 };
    private static readonly BeitRecipe Beit = new() { LayerDecay = 0.5, WeightDecay = 0.05 };
    private static readonly VideoMaeRecipe VideoMae = new() { LayerDecay = 0.5, WeightDecay = 0.05 };

    [Test]
    public void ASoundModelGivesTheReferencesNumbersWithoutAWarning()
    {
        var facts = Facts.Vit(2);
        foreach (VisionTransformerRecipe recipe in new VisionTransformerRecipe[] { Mae, Beit, VideoMae })
        {
            var plan = recipe.Plan(facts);
            var parity = (recipe with { Parity = true }).Plan(facts);
            Assert.That(plan.Warnings, Is.Empty);
            Assert.That(plan.Parameters.Select(Numbers), Is.EqualTo(parity.Parameters.Select(Numbers)));
        }
    }

    [TestCase("backbone.")]
    [TestCase("module.encoder.")]
    public void APrefixKeepsItsLayers(string prefix)
    {
        var plan = VideoMae.Plan(Facts.Vit(2, prefix));
        var parity = (VideoMae with { Depth = 2, Parity = true }).Plan(Facts.Vit(2, prefix));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Parameters.Select(Numbers), Is.EqualTo(VideoMae.Plan(Facts.Vit(2)).Parameters.Select(Numbers)));
            Assert.That(plan.Warnings, Has.Length.EqualTo(3).And.All.Contains($"lr scale 1 in the reference").And.All.Contains($"'{prefix}"));
            Assert.That(parity.Parameters.Select(p => p.LearningRateScale), Is.All.EqualTo(1), "the defect, by request");
        }
    }

    [Test]
    public void TheNotebooksRuleFindsBareNamesToo()
    {
        MMActionNotebookRecipe recipe = new() { LayerDecay = 0.5, WeightDecay = 0.05 };
        var plan = recipe.Plan(Facts.Vit(2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("cls_token").LearningRateScale, Is.EqualTo(0.125));
            Assert.That(plan.Warnings, Has.Length.EqualTo(3).And.All.Contains("lr scale 1 in the reference"));
            Assert.That(ParameterGroup.FromPlan(plan), Has.Length.EqualTo(plan.Parameters.Length));
        }
    }

    [Test]
    public void SeveralStacksNeedTheirPrefixSaid()
    {
        var facts = Facts.Vit(2, "encoder.", [.. Facts.Vit(1, "decoder.").Parameters]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => VideoMae.Plan(facts), Throws.TypeOf<PlanException>().With.Message.Contains("'encoder.', 'decoder.'"));
            Assert.That((VideoMae with { Prefix = "encoder." }).Plan(facts).On("decoder.blocks.0.attn.qkv.weight").LearningRateScale, Is.EqualTo(1));
        }
    }

    [Test]
    public void MaesMaskTokenIsTheStem()
    {
        var plan = Mae.Plan(Facts.Vit(2, "", Facts.Matrix("mask_token")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("mask_token").Layer, Is.Zero);
            Assert.That(plan.Warnings, Has.Length.EqualTo(1).And.Some.Contains("'mask_token'"));
        }
    }

    [Test]
    public void ParametersWithoutDimensionsAndWideBiasesAreNotDecayed()
    {
        var facts = Facts.Vit(2, "", Facts.Scalar("temperature"), Facts.Matrix("attn.bias"));
        var mae = Mae.Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(mae.On("temperature").WeightDecay, Is.Zero);
            Assert.That(mae.On("attn.bias").WeightDecay, Is.Zero);
            Assert.That(mae.Warnings, Has.Length.EqualTo(1).And.Some.Contains("'temperature', 'attn.bias'"));
            Assert.That(VideoMae.Plan(facts).Warnings, Has.Length.EqualTo(1).And.Some.EndsWith("'temperature'."));
            Assert.That((Beit with { Version = 2 }).Plan(facts).Warnings, Is.Empty, "BEiT-2 exempts both itself");
        }
    }

    [Test]
    public void AStatedDepthThatIsNotTheModelsIsCorrected()
    {
        var plan = (Beit with { Depth = 2 }).Plan(Facts.Vit(3));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("blocks.2.attn.qkv.weight").LearningRateScale, Is.EqualTo(0.5));
            Assert.That(plan.Warnings, Is.EqualTo(new[]
            {
                "BEiT: the reference fails: 'blocks.2.norm1.weight' is in layer 3, but Depth gives layers 0 to 2: set Depth to the number of blocks.",
            }).Or.Some.Contains("lr scale 1 in the reference, 0.5 here: 'blocks.2.norm1.weight'"));
        }
    }

    [Test]
    public void Beit3sEmbedInsideABlockOrHeadIsNotTheStem()
    {
        var facts = Facts.Model(
            Facts.Matrix("beit3.text_embed.weight"), Facts.Matrix("beit3.encoder.layers.0.embed_proj.weight"), Facts.Matrix("head.embed.weight"));
        var plan = (Beit with { Version = 3 }).Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Parameters.Select(p => p.Layer), Is.EqualTo(new[] { 0, 1, 2 }));
            Assert.That(plan.Warnings, Is.EqualTo(new[]
            {
                "BEiT-3: lr scale 0.25 in the reference, 0.5 here: 'beit3.encoder.layers.0.embed_proj.weight'.",
                "BEiT-3: lr scale 0.25 in the reference, 1 here: 'head.embed.weight'.",
            }));
        }
    }

    [Test]
    public void AListEntryThatMatchesNothingIsAWarningUnlessParityIsAskedFor()
    {
        var recipe = Mae with { NoWeightDecayNames = ["pos_embd"] };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(recipe.Plan(Facts.Vit(2)).Warnings, Is.EqualTo(new[]
            {
                "MAE: NoWeightDecayNames: 'pos_embd' matches no parameter of Vit. Nearest name: 'pos_embed'.",
            }));
            Assert.That(() => (recipe with { Parity = true }).Plan(Facts.Vit(2)), Throws.Nothing);
            Assert.That((Mae with { NoWeightDecayNames = ["pos_embed"] }).Plan(Facts.Vit(2, "net.")).On("net.pos_embed").WeightDecay, Is.Zero);
        }
    }

    [Test]
    public void DeclaredLayersWinOverNames()
    {
        var facts = Facts.DeclaredVit(2);
        var renamed = facts with { Parameters = [.. facts.Parameters.Select(p => p with { Name = p.Name.Replace("blocks", "stages") })] };
        Assert.That(Mae.Plan(renamed).Parameters.Select(Numbers), Is.EqualTo(Mae.Plan(Facts.Vit(2)).Parameters.Select(Numbers)));
    }

    [Test]
    public void FilteredParametersAreTakenOutOfTraining()
    {
        var plan = (Beit with { Version = 2, FilterNames = ["head"] }).Plan(Facts.Vit(1));
        Assert.That(plan.Frozen.Select(p => p.Name), Is.EqualTo(new[] { "head.weight", "head.bias" }));
    }

    [TestCase(0)]
    [TestCase(4)]
    public void AnUnknownVersionIsAnError(int version) => Assert.That(
        () => (Beit with { Version = version }).Plan(Facts.Vit(1)), Throws.TypeOf<PlanException>().With.Message.Contains($"Version is {version}"));

    [TestCase(double.NaN)]
    [TestCase(1.5)]
    public void ABadRateIsAnError(double rate) => Assert.That(
        () => (Mae with { LayerDecay = rate }).Plan(Facts.Vit(1)), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("LayerDecay is "));

    private static (int? Layer, double Scale, double? Decay) Numbers(PlannedParameter p) => (p.Layer, p.LearningRateScale, p.WeightDecay);
}
