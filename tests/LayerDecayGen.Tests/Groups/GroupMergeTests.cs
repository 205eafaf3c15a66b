using System.Collections.Immutable;
using LayerDecayGen.Tests.Planning;

namespace LayerDecayGen.Tests.Groups;

public sealed class GroupMergeTests
{
    [Test]
    public void EqualHyperParametersMergeInOrderOfFirstAppearance()
    {
        IRecipe recipe = new LayerDecayOptions { LayerDecay = 0.75, WeightDecay = 0.05 };
        var groups = ParameterGroup.FromPlan(recipe.Plan(Facts.DeclaredVit(2)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(groups.Select(g => g.Name), Is.EqualTo(new[]
            {
                "layer_0_decay", "layer_0_no_decay", "layer_1_no_decay", "layer_1_decay", "layer_2_no_decay", "layer_2_decay", "layer_3_no_decay",
                "layer_3_decay",
            }));
            Assert.That(groups[0].Planned.Select(p => p.Fact.Name), Is.EqualTo(new[] { "cls_token", "pos_embed", "patch_embed.proj.weight" }));
            Assert.That(groups[^1].LearningRate(0.01), Is.EqualTo(0.01));
        }
    }

    [Test]
    public void LayersOfEqualScaleStayApartUnlessMergingIsAskedFor()
    {
        var options = new LayerDecayOptions { LayerDecay = 1, WeightDecay = 0.05 };
        var apart = ParameterGroup.FromPlan(((IRecipe)options).Plan(Facts.DeclaredVit(12)));
        var merged = ParameterGroup.FromPlan(((IRecipe)(options with { MergeAcrossLayers = true })).Plan(Facts.DeclaredVit(12)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(apart.Select(g => g.Layer).Distinct(), Is.EquivalentTo(Enumerable.Range(0, 14).Cast<int?>()));
            Assert.That(apart, Has.Length.EqualTo(28), "decayed and not, in 14 layers");
            Assert.That(merged.Select(g => (g.Name, g.Layer)), Is.EqualTo(new[] { ("decay", (int?)null), ("no_decay", null) }));
        }
    }

    [Test]
    public void RatesOfTheFirstAndTheLastLayerSpreadGeometrically()
    {
        var options = new LayerDecayOptions { LayerRates = new LayerRates(1e-5, 1e-3), WeightDecay = 0 };
        var plan = ((IRecipe)options).Plan(Facts.DeclaredVit(3));
        using (Assert.EnterMultipleScope())
        {
            // Layers 0 to 4 by fastai's even_mults: each is 100^(1/4) times the one below.
            foreach (var planned in plan.Parameters)
                Assert.That(planned.LearningRateScale * 1e-3, Is.EqualTo(1e-5 * Math.Pow(100, planned.Layer!.Value / 4.0)).Within(1e-18));
            Assert.That(plan.BaseLearningRate, Is.EqualTo(1e-3));
            Assert.That(() => ((IRecipe)(options with { LayerDecay = 0.5 })).Plan(Facts.DeclaredVit(3)), Throws.ArgumentException.With.Message.Contains("both state the decay"));
            Assert.That(() => ((IRecipe)(options with { LayerRates = new LayerRates(1e-2, 1e-3) })).Plan(Facts.DeclaredVit(3)), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    [Test]
    public void AnOverrideInsideALayerOpensAGroupOfItsOwnName()
    {
        var facts = Facts.Model(Facts.Matrix("a") with { Layer = 0 }, Facts.Matrix("b") with { Layer = 0, LearningRateScale = 2 });
        IRecipe recipe = new LayerDecayOptions { LayerDecay = 1, WeightDecay = 0.05 };
        Assert.That(ParameterGroup.FromPlan(recipe.Plan(facts)).Select(g => g.Name), Is.EqualTo(new[] { "layer_0_decay", "layer_0_decay_2" }));
    }

    [Test]
    public void PrescribedNamesKeepEqualsApartButNeverJoinWhatDiffers()
    {
        var a = Facts.Matrix("a").Decide(0, 1, 0) with { Group = "one" };
        var b = Facts.Matrix("b").Decide(0, 1, 0) with { Group = "two" };
        var c = Facts.Matrix("c").Decide(0, 0.5, 0) with { Group = "one" };
        Assert.That(ParameterGroup.FromPlan(new Plan([a, b, c])).Select(g => g.Name), Is.EqualTo(new[] { "one", "two", "one_2" }));
    }

    [Test]
    public void FurtherFieldsKeepGroupsApartByValueListsIncluded()
    {
        PlannedParameter With(string name, params double[] betas)
        {
            var planned = Facts.Matrix(name).Decide(0, 1, 0);
            return planned with { Extra = planned.Extra.Add("betas", ImmutableArray.Create(betas)) };
        }

        var groups = ParameterGroup.FromPlan(new Plan([With("a", 0.9, 0.99), With("b", 0.9, 0.95), With("c", 0.9, 0.99)]));
        Assert.That(groups.Select(g => string.Join(' ', g.Planned.Select(p => p.Fact.Name))), Is.EqualTo(new[] { "a c", "b" }));
    }

    [Test]
    public void OneGroupPerParameterCarriesItsName()
    {
        IRecipe recipe = new LayerDecayOptions { LayerDecay = 0.75, WeightDecay = 0.05, OneGroupPerParameter = true };
        var facts = Facts.DeclaredVit(2);
        Assert.That(ParameterGroup.FromPlan(recipe.Plan(facts)).Select(g => g.Name), Is.EqualTo(facts.Parameters.Select(p => p.Name)));
    }

    [TestCase(12, 28)]
    [TestCase(24, 52)]
    public void ADeepModelMergesToTwoGroupsALayer(int depth, int groups)
    {
        IRecipe recipe = new LayerDecayOptions { LayerDecay = 0.75, WeightDecay = 0.05 };
        Assert.That(ParameterGroup.FromPlan(recipe.Plan(Facts.DeclaredVit(depth))), Has.Length.EqualTo(groups));
    }
}
