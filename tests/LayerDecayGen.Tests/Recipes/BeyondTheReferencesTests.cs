using System.Collections.Immutable;
using LayerDecayGen.References;
using LayerDecayGen.Tests.Planning;

namespace LayerDecayGen.Tests.Recipes;

public sealed class BeyondTheReferencesTests
{
    private static readonly LayerDecayOptions Options = new() { LayerDecay = 0.5, WeightDecay = 0.1 };

    [Test]
    public void HiddenMatricesSplitOffByRoleAndNotByShape()
    {
        var facts = Facts.DeclaredVit(1);
        var plan = new SplitByRoleRecipe(Options) { MatrixLearningRateScale = 20 }.Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Of(plan, SplitByRoleRecipe.Matrices), Is.EqualTo(new[] { "blocks.0.attn.qkv.weight" }), "neither head nor patch embedding");
            Assert.That(Of(plan, SplitByRoleRecipe.Rest), Has.Length.EqualTo(facts.Parameters.Length - 1));
            Assert.That(plan.On("blocks.0.attn.qkv.weight").LearningRateScale, Is.EqualTo(10));
            Assert.That(ParameterGroup.FromPlan(plan).Select(g => g.Extra[SplitByRoleRecipe.Field]), Is.All.Not.Null);
            Assert.That(plan.Warnings, Has.Length.EqualTo(1).And.Some.Contains("'cls_token', 'pos_embed'"), "held by the user's own class: no known role");
        }
    }

    [Test]
    public void ASplitWithoutHiddenMatricesIsAnError() => Assert.That(
        () => new SplitByRoleRecipe(Options).Plan(Facts.Model(Facts.Vector("a") with { Layer = 0 })), Throws.TypeOf<PlanException>().With.Message.Contains("nothing to split off"));

    [Test]
    public void LoraPlusSpeedsUpTheSecondMatrix()
    {
        var facts = Facts.Model(Facts.Matrix("q.lora_A.weight") with { Layer = 0 }, Facts.Matrix("q.lora_B.weight") with { Layer = 0 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new LoraPlusRecipe(Options, 16).Plan(facts).Parameters.Select(p => p.LearningRateScale), Is.EqualTo(new[] { 1, 16.0 }));
            Assert.That(() => new LoraPlusRecipe(Options, 0).Plan(facts), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Ratio is 0"));
            Assert.That(
                () => new LoraPlusRecipe(Options, 16) { SecondMatrices = ["lora_C"] }.Plan(facts),
                Throws.TypeOf<PlanException>().With.Message.Contains("'lora_C' matches no parameter of Model. Nearest name: 'lora_A'"));
        }
    }

    [TestCase(1e-3, 1024, 256, BatchSizeRule.Linear, 4e-3)]
    [TestCase(1e-3, 1024, 256, BatchSizeRule.SquareRoot, 2e-3)]
    [TestCase(1e-3, 64, 256, BatchSizeRule.Linear, 2.5e-4)]
    public void TheBatchSizeRuleCarriesTheBaseRateOver(double rate, int batch, int reference, BatchSizeRule rule, double expected) =>
        Assert.That(BaseLearningRate.ForBatch(rate, batch, reference, rule), Is.EqualTo(expected).Within(1e-15));

    [TestCase(-1, 1, 1, "rate is -1")]
    [TestCase(1, 0, 1, "batchSize is 0")]
    [TestCase(1, 1, 0, "referenceBatchSize is 0")]
    public void TheBatchSizeRuleNamesBadNumbers(double rate, int batch, int reference, string message) =>
        Assert.That(() => BaseLearningRate.ForBatch(rate, batch, reference), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));

    [Test]
    public void RolesOverrideWhatTheRulesSay()
    {
        var options = Options with
        {
            Roles = ImmutableDictionary<ParameterRole, RoleOverride>.Empty
                .Add(ParameterRole.Norm, new() { WeightDecay = 0.01 }).Add(ParameterRole.Head, new() { LearningRateScale = 3 }),
        };
        var plan = ((IRecipe)options).Plan(Facts.DeclaredVit(1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("norm.weight").WeightDecay, Is.EqualTo(0.01));
            Assert.That(plan.On("head.weight").LearningRateScale, Is.EqualTo(3));
            Assert.That(plan.On("head.bias").WeightDecay, Is.Zero);
        }
    }

    [Test]
    public void ARoleOverrideThatCannotHoldIsNamed()
    {
        var roles = ImmutableDictionary<ParameterRole, RoleOverride>.Empty;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => ((IRecipe)(Options with { Roles = roles.Add(ParameterRole.Head, new() { LearningRateScale = double.NaN }) })).Plan(Facts.DeclaredVit(1)),
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Roles[Head].LearningRateScale is NaN"));
            Assert.That(
                () => ((IRecipe)(Options with { Roles = roles.Add(ParameterRole.Embedding, new()) })).Plan(Facts.DeclaredVit(1)),
                Throws.TypeOf<PlanException>().With.Message.Contains("no parameter of role Embedding"));
        }
    }

    [Test]
    public void OneGroupAParameterMergesCanonically()
    {
        foreach (var golden in Golden.Read("param_groups", "mmpretrain_layer_decay_constructor").Where(g => g.Id == "vit-doc-example-depth12"))
        {
            var facts = GoldenFacts.Of(golden);
            var recipe = (MMPretrainRecipe)GoldenRecipes.For(golden).Recipe;
            Assert.That(ParameterGroup.FromPlan(recipe.Plan(facts)), Has.Length.EqualTo(152), "the reference: a group a parameter");
            Assert.That(ParameterGroup.FromPlan((recipe with { Parity = false }).Plan(facts)), Has.Length.EqualTo(28));
        }
    }

    private static ImmutableArray<string> Of(Plan plan, string optimizer) =>
        [.. plan.Parameters.Where(p => p.Extra[SplitByRoleRecipe.Field].Equals(optimizer)).Select(p => p.Fact.Name)];
}
