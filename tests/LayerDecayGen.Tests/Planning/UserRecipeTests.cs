namespace LayerDecayGen.Tests.Planning;

/// <summary>The recipe of the README: a user's own rule needs one interface and no registration.</summary>
public sealed class UserRecipeTests
{
    private sealed record SlowNorms(double WeightDecay) : IRecipe
    {
        public string Name => "slow norms";

        public Plan Plan(ModelFacts facts) => new([.. facts.Trainable().Select(p => p.Decide(
            p.Layer,
            learningRateScale: p.Role == ParameterRole.Norm ? 0.5 : 1,
            WeightDecay,
            decayed: p.Dimensions > 1))]);
    }

    [Test]
    public void AUsersRecipeDecidesLikeAnyOther()
    {
        var facts = Facts.DeclaredVit(2);
        facts = facts with { Parameters = facts.Parameters.SetItem(0, facts.Parameters[0] with { LearningRateScale = 4 }) };
        var plan = new SlowNorms(0.1).Plan(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("blocks.1.norm1.weight").LearningRateScale, Is.EqualTo(0.5));
            Assert.That(plan.On("head.bias").WeightDecay, Is.Zero);
            Assert.That(plan.On("head.weight").WeightDecay, Is.EqualTo(0.1));
            Assert.That(plan.On("cls_token").LearningRateScale, Is.EqualTo(4), "typed overrides reach a user's recipe");
        }
    }
}
