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
            var error = Assert.Throws<PlanException>(() => GoldenRecipes.For(golden).Recipe.Plan(facts))!;
            Assert.That(error.Message, GoldenErrors.ReasonOf(golden));
            return;
        }

        var recipe = GoldenRecipes.For(golden);
        GoldenGroups.Compare(golden, facts, recipe.Recipe.Plan(facts), recipe);
    }

    [Test]
    public void EveryCaseOfEveryFileIsRun()
    {
        Assert.That(Golden.FilesOf("param_groups"), Is.EquivalentTo(GoldenRecipes.Files), "the files, and those that a recipe stands for");
        Assert.That(Cases().Count(), Is.EqualTo(GoldenRecipes.Files.Sum(file => Golden.CountOf("param_groups", file))));
    }

    private static IEnumerable<TestCaseData> Cases() => Golden.Cases("param_groups", GoldenRecipes.Files);
}
