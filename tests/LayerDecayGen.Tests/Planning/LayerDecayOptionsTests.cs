namespace LayerDecayGen.Tests.Planning;

public sealed class LayerDecayOptionsTests
{
    [Test]
    public void ScalesFollowTheLayers()
    {
        var plan = Plan(new() { LayerDecay = 0.75, WeightDecay = 0.05 }, Facts.DeclaredVit(depth: 12));
        using (Assert.EnterMultipleScope())
        {
            // Published with VideoMAE's and MAE's rule at depth 12.
            Assert.That(plan.On("patch_embed.proj.weight").LearningRateScale, Is.EqualTo(0.023757264018058777).Within(1e-17));
            Assert.That(plan.On("blocks.0.attn.qkv.weight").LearningRateScale, Is.EqualTo(0.03167635202407837).Within(1e-17));
            Assert.That(plan.On("head.weight").LearningRateScale, Is.EqualTo(1));
            Assert.That(plan.On("head.weight").Layer, Is.EqualTo(13));
            Assert.That(plan.Parameters.Select(p => p.Fact.Name), Is.EqualTo(Facts.DeclaredVit(12).Parameters.Select(p => p.Name)));
        }
    }

    [Test]
    public void TakesTheDeclaredRateUnlessTold()
    {
        var facts = Facts.DeclaredVit(depth: 2, layerDecay: 0.5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Plan(new() { WeightDecay = 0 }, facts).On("cls_token").LearningRateScale, Is.EqualTo(0.125));
            Assert.That(Plan(new() { WeightDecay = 0, LayerDecay = 0.1 }, facts).On("cls_token").LearningRateScale, Is.EqualTo(0.001).Within(1e-18));
        }
    }

    [Test]
    public void WithoutAnyRateItSaysWhatToSet() => Assert.That(
        () => Plan(new() { WeightDecay = 0.05 }, Facts.DeclaredVit(2)),
        Throws.TypeOf<PlanException>().With.Message.Contains("LayerDecay is not set and Vit declares no rate"));

    [TestCase(double.NaN)]
    [TestCase(-0.5)]
    [TestCase(0)]
    [TestCase(1.5)]
    [TestCase(double.PositiveInfinity)]
    public void RejectsARateOutsideZeroToOne(double rate) => Assert.That(
        () => Plan(new() { LayerDecay = rate, WeightDecay = 0.05 }, Facts.DeclaredVit(2)),
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("LayerDecay is ").And.Message.Contains("(0, 1]"));

    [TestCase(double.NaN)]
    [TestCase(-1)]
    [TestCase(double.PositiveInfinity)]
    public void RejectsABadWeightDecay(double value) => Assert.That(
        () => Plan(new() { LayerDecay = 0.5, WeightDecay = value }, Facts.DeclaredVit(2)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("WeightDecay is "));

    [Test]
    public void RejectsABadMinimumScale() => Assert.That(
        () => Plan(new() { LayerDecay = 0.5, WeightDecay = 0, MinimumScale = 1.1 }, Facts.DeclaredVit(2)),
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("MinimumScale is 1.1"));

    [Test]
    public void ByDefaultVectorsScalarsBiasesAndNormsAreNotDecayed()
    {
        var facts = Facts.Model(
            Facts.Matrix("matrix.weight"), Facts.Vector("vector"), Facts.Scalar("temperature"), Facts.Matrix("wide.bias"),
            new ParameterFact { Name = "norm.weight", Shape = [2, 2], Role = ParameterRole.Norm }, Facts.Matrix("logit.scale"));
        Assert.That(Decayed(new() { LayerDecay = 1, WeightDecay = 0.05 }, facts), Is.EqualTo(new[] { "matrix.weight", "logit.scale" }));
    }

    [TestCase(NoDecayRules.None, "matrix.weight vector temperature wide.bias norm.weight logit.scale")]
    [TestCase(NoDecayRules.OneDimensional, "matrix.weight temperature wide.bias norm.weight logit.scale")]
    [TestCase(NoDecayRules.ZeroDimensional, "matrix.weight vector wide.bias norm.weight logit.scale")]
    [TestCase(NoDecayRules.Bias, "matrix.weight vector temperature norm.weight logit.scale")]
    [TestCase(NoDecayRules.Scale, "matrix.weight vector temperature wide.bias norm.weight")]
    [TestCase(NoDecayRules.Norm, "matrix.weight vector temperature wide.bias logit.scale")]
    public void EachRuleExemptsItsOwn(NoDecayRules rules, string decayed)
    {
        var facts = Facts.Model(
            Facts.Matrix("matrix.weight"), Facts.Vector("vector"), Facts.Scalar("temperature"), Facts.Matrix("wide.bias"),
            new ParameterFact { Name = "norm.weight", Shape = [2, 2], Role = ParameterRole.Norm }, Facts.Matrix("logit.scale"));
        Assert.That(Decayed(new() { LayerDecay = 1, WeightDecay = 0.05, NoDecay = rules }, facts), Is.EqualTo(decayed.Split(' ')));
    }

    [Test]
    public void ListedNamesAndModulesAreNotDecayed()
    {
        LayerDecayOptions options = new() { LayerDecay = 1, WeightDecay = 0.05, NoDecayNames = ["pos_embed", "blocks.1"] };
        Assert.That(
            Decayed(options, WithLayers(Facts.Vit(2, "", Facts.Matrix("blocks.10.weight")))),
            Is.EqualTo(new[] { "cls_token", "patch_embed.proj.weight", "blocks.0.attn.qkv.weight", "head.weight", "blocks.10.weight" }));
    }

    [Test]
    public void AListedNameThatMatchesNothingIsAnError() => Assert.That(
        () => Plan(new() { LayerDecay = 1, WeightDecay = 0.05, NoDecayNames = ["pos_embd"] }, Facts.DeclaredVit(2)),
        Throws.TypeOf<PlanException>().With.Message.EqualTo("NoDecayNames: 'pos_embd' matches no parameter of Vit. Nearest name: 'pos_embed'."));

    [Test]
    public void DeclaredOverridesComposeWithTheRule()
    {
        var facts = Facts.Model(
            Facts.Matrix("a") with { Layer = 0, LearningRateScale = 3 },
            Facts.Matrix("b") with { Layer = 1, WeightDecay = 0.5 },
            Facts.Vector("c") with { Layer = 1, WeightDecay = 0.5 },
            Facts.Matrix("d") with { Layer = 1, WeightDecay = 0.5, NoWeightDecay = true },
            Facts.Matrix("e") with { Layer = 1, Frozen = true },
            Facts.Matrix("f") with { Layer = 1, TiedTo = "b" });
        var plan = Plan(new() { LayerDecay = 0.5, WeightDecay = 0.05 }, facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Parameters.Select(p => p.LearningRateScale), Is.EqualTo(new[] { 1.5, 1, 1, 1 }));
            Assert.That(plan.Parameters.Select(p => p.WeightDecay), Is.EqualTo(new[] { 0.05, 0.5, 0, 0 }));
        }
    }

    [Test]
    public void ADeclaredNumberThatCannotHoldIsAnError() => Assert.That(
        () => Plan(new() { LayerDecay = 0.5, WeightDecay = 0.05 }, Facts.Model(Facts.Matrix("a") with { Layer = 0, LearningRateScale = -1 })),
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("the lr scale of 'a' is -1"));

    [Test]
    public void AMissingOrImpossibleLayerNamesTheParameter()
    {
        LayerDecayOptions options = new() { LayerDecay = 0.5, WeightDecay = 0.05 };
        var facts = Facts.Model(Facts.Matrix("a") with { Layer = 0 }, Facts.Matrix("b"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Plan(options, facts), Throws.TypeOf<PlanException>().With.Message.Contains("'b' of Model has no layer"));
            Assert.That(() => Plan(options, Facts.Vit(1)), Throws.TypeOf<PlanException>().With.Message.Contains("No parameter of Vit has a layer"));
            Assert.That(
                () => Plan(options, Facts.Model(Facts.Matrix("a") with { Layer = -1 })),
                Throws.TypeOf<PlanException>().With.Message.Contains("'a' of Model is in layer -1"));
        }
    }

    [Test]
    public void MinimumScaleHoldsLayersUpAndFreezingTakesThemOut()
    {
        var facts = Facts.DeclaredVit(2);
        var held = Plan(new() { LayerDecay = 0.1, WeightDecay = 0, MinimumScale = 0.05 }, facts);
        var cut = Plan(new() { LayerDecay = 0.1, WeightDecay = 0, FreezeBelowScale = 0.05 }, facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(held.On("cls_token").LearningRateScale, Is.EqualTo(0.05));
            Assert.That(held.On("blocks.1.attn.qkv.weight").LearningRateScale, Is.EqualTo(0.1));
            Assert.That(cut.Parameters.Min(p => p.Layer), Is.EqualTo(2));
            Assert.That(cut.Frozen.Select(p => p.Layer).Distinct(), Is.EqualTo(new int?[] { 0, 1 }));
            Assert.That(cut.Parameters.Length + cut.Frozen.Length, Is.EqualTo(facts.Parameters.Length));
        }
    }

    private static Plan Plan(LayerDecayOptions options, ModelFacts facts) => ((IRecipe)options).Plan(facts);

    private static IEnumerable<string> Decayed(LayerDecayOptions options, ModelFacts facts) =>
        Plan(options, WithLayers(facts)).Parameters.Where(p => p.WeightDecay != 0).Select(p => p.Fact.Name);

    private static ModelFacts WithLayers(ModelFacts facts) => facts with { Parameters = [.. facts.Parameters.Select(p => p with { Layer = 0 })] };
}
