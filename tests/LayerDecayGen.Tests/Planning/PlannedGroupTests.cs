using System.Collections.Immutable;

namespace LayerDecayGen.Tests.Planning;

public sealed class PlannedGroupTests
{
    [Test]
    public void EqualHyperParametersMergeInOrderOfFirstAppearance()
    {
        IRecipe recipe = new LayerDecayOptions { LayerDecay = 0.75, WeightDecay = 0.05 };
        var groups = PlannedGroup.Merge(recipe.Plan(Facts.DeclaredVit(2)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(groups.Select(g => g.Name), Is.EqualTo(new[]
            {
                "layer_0_decay", "layer_0_no_decay", "layer_1_no_decay", "layer_1_decay", "layer_2_no_decay", "layer_2_decay", "layer_3_no_decay",
                "layer_3_decay",
            }));
            Assert.That(groups[0].Parameters.Select(p => p.Fact.Name), Is.EqualTo(new[] { "cls_token", "pos_embed", "patch_embed.proj.weight" }));
            Assert.That(groups[^1].EffectiveLearningRate(0.01), Is.EqualTo(0.01));
        }
    }

    [Test]
    public void LayersOfEqualScaleMergeAndTheGroupThenHasNoLayer()
    {
        IRecipe recipe = new LayerDecayOptions { LayerDecay = 1, WeightDecay = 0.05 };
        var groups = PlannedGroup.Merge(recipe.Plan(Facts.DeclaredVit(12)));
        Assert.That(groups.Select(g => (g.Name, g.Layer)), Is.EqualTo(new[] { ("decay", (int?)null), ("no_decay", null) }));
    }

    [Test]
    public void AnOverrideInsideALayerOpensAGroupOfItsOwnName()
    {
        var facts = Facts.Model(Facts.Matrix("a") with { Layer = 0 }, Facts.Matrix("b") with { Layer = 0, LearningRateScale = 2 });
        IRecipe recipe = new LayerDecayOptions { LayerDecay = 1, WeightDecay = 0.05 };
        Assert.That(PlannedGroup.Merge(recipe.Plan(facts)).Select(g => g.Name), Is.EqualTo(new[] { "layer_0_decay", "layer_0_decay_2" }));
    }

    [Test]
    public void PrescribedNamesKeepEqualsApartButNeverJoinWhatDiffers()
    {
        var a = Facts.Matrix("a").Decide(0, 1, 0) with { Group = "one" };
        var b = Facts.Matrix("b").Decide(0, 1, 0) with { Group = "two" };
        var c = Facts.Matrix("c").Decide(0, 0.5, 0) with { Group = "one" };
        Assert.That(PlannedGroup.Merge(new Plan([a, b, c])).Select(g => g.Name), Is.EqualTo(new[] { "one", "two", "one_2" }));
    }

    [Test]
    public void FurtherFieldsKeepGroupsApartByValueListsIncluded()
    {
        PlannedParameter With(string name, params double[] betas)
        {
            var planned = Facts.Matrix(name).Decide(0, 1, 0);
            return planned with { Extra = planned.Extra.Add("betas", ImmutableArray.Create(betas)) };
        }

        var groups = PlannedGroup.Merge(new Plan([With("a", 0.9, 0.99), With("b", 0.9, 0.95), With("c", 0.9, 0.99)]));
        Assert.That(groups.Select(g => string.Join(' ', g.Parameters.Select(p => p.Fact.Name))), Is.EqualTo(new[] { "a c", "b" }));
    }

    [Test]
    public void OneGroupPerParameterCarriesItsName()
    {
        IRecipe recipe = new LayerDecayOptions { LayerDecay = 0.75, WeightDecay = 0.05, OneGroupPerParameter = true };
        var facts = Facts.DeclaredVit(2);
        Assert.That(PlannedGroup.Merge(recipe.Plan(facts)).Select(g => g.Name), Is.EqualTo(facts.Parameters.Select(p => p.Name)));
    }

    [TestCase(12, 28)]
    [TestCase(24, 52)]
    public void ADeepModelMergesToTwoGroupsALayer(int depth, int groups)
    {
        IRecipe recipe = new LayerDecayOptions { LayerDecay = 0.75, WeightDecay = 0.05 };
        Assert.That(PlannedGroup.Merge(recipe.Plan(Facts.DeclaredVit(depth))), Has.Length.EqualTo(groups));
    }
}
