namespace LayerDecayGen.Tests.Recipes;

/// <summary>Every parameter-group case of the golden data, through the recipe that stands for its reference.</summary>
[Category("Golden")]
public sealed class ParameterGroupsGoldenTests
{
    [TestCaseSource(nameof(Cases))]
    public void GivesTheGroupsOfTheReference(GoldenCase golden)
    {
        var facts = GoldenFacts.Of(golden);
        if (golden.ExpectsError)
        {
            Assert.That(() => GoldenRecipes.For(golden).Recipe.Plan(facts), Throws.TypeOf<PlanException>());
            return;
        }

        var recipe = GoldenRecipes.For(golden);
        GoldenGroups.Compare(golden, facts, recipe.Recipe.Plan(facts), recipe);
    }

    private static IEnumerable<TestCaseData> Cases() => Golden.Cases("param_groups", GoldenRecipes.Files);
}
