using LayerDecayGen.References;
using LayerDecayGen.Tests.Planning;

namespace LayerDecayGen.Tests.Recipes;

/// <summary>Warnings are what the two plans of a reference differ in: none where they agree, one where they do not.</summary>
public sealed class NoSilentCorrectionTests
{
    private static readonly string[] Files = GoldenRecipes.Files;

    // Every golden model through the recipe of its reference, without parity.
    [TestCaseSource(nameof(Files)), Category("Golden")]
    public void ACorrectionIsAWarningAndNothingElseIs(string file)
    {
        foreach (var golden in Golden.Read("param_groups", file).Where(g => !g.ExpectsError))
        {
            var facts = GoldenFacts.Of(golden);
            var parity = (ReferenceRecipe)GoldenRecipes.For(golden).Recipe;
            Plan corrected;
            try
            {
                corrected = (parity with { Parity = false }).Plan(facts);
            }
            catch (Exception e) when (e is PlanException or ArgumentOutOfRangeException)
            {
                continue; // an option that only the literal reading takes, such as a rate above 1
            }

            var differ = !Effect(parity.Plan(facts), facts).SequenceEqual(Effect(corrected, facts));
            var told = corrected.Warnings.Where(w => !w.Contains("matches no parameter")).ToArray();
            Assert.That(told.Length > 0, Is.EqualTo(differ), $"{golden}: {string.Join(" | ", told)}");
        }
    }

    [Test]
    public void StMixersExemptionIsTold()
    {
        var facts = Facts.Model(Facts.Matrix("encoder.pos_embed"));
        var plan = new StMixerGroupsRecipe { NoWeightDecayNames = ["pos_embed"], UseLayerDecay = false, WeightDecay = 0.05 }.Plan(facts);
        Assert.That(plan.On("encoder.pos_embed").WeightDecay, Is.Zero);
        Assert.That(plan.Warnings, Is.EqualTo(new[] { "STMixer: weight decay 0.05 in the reference, 0 here: 'encoder.pos_embed'." }));
    }

    [TestCase(false, false, 1, 2, 5, 10)]
    [TestCase(true, true, 1, 2, null, null)]
    [TestCase(true, false, 1, 2, null, 10)]
    [TestCase(false, true, 1, 2, 5, null)]
    public void AFrozenClassifierHandsItsRatesToNobody(bool frozenWeight, bool frozenBias, double weight, double bias, double? last, double? lastBias)
    {
        var facts = Facts.Model(
            Owned(Facts.Matrix("conv1.weight"), "Conv2d"), Owned(Facts.Matrix("layer1.weight"), "Conv2d"), Owned(Facts.Vector("layer1.bias"), "Conv2d"),
            Owned(Facts.Matrix("head.weight"), "Linear") with { Frozen = frozenWeight },
            Owned(Facts.Vector("head.bias"), "Linear") with { Frozen = frozenBias }, Owned(Facts.Matrix("token"), "Tsm"));
        var plan = new MMActionTsmRecipe { FastClassifier = true, WeightDecay = 1e-4 }.Plan(facts);
        var scales = plan.Parameters.ToDictionary(p => p.Fact.Name, p => (double?)p.LearningRateScale);
        Assert.That(
            new[] { scales["layer1.weight"], scales["layer1.bias"], scales.GetValueOrDefault("head.weight"), scales.GetValueOrDefault("head.bias") },
            Is.EqualTo(new[] { weight, bias, last, lastBias }));

        static ParameterFact Owned(ParameterFact fact, string type) => fact with { Owner = new OwnerFact(type) };
    }

    [Test]
    public void ANameThatWasTypedRightlyIsToldWhereItIsFound()
    {
        var facts = Facts.Model(Facts.Matrix("blocks.0.attn.cls_token"));
        var options = new LayerDecayOptions { LayerDecay = 0.5, WeightDecay = 0.1, NoDecayNames = ["cls_token"] };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                new MaeRecipe { LayerDecay = 0.5, WeightDecay = 0.1, NoWeightDecayNames = ["cls_token"] }.Plan(facts).Warnings,
                Has.Exactly(1).Contains("found as blocks.0.attn.cls_token"));
            Assert.That(
                () => ((IRecipe)options).Plan(Facts.Model(Facts.Matrix("blocks.0.attn.cls_token") with { Layer = 0 })),
                Throws.TypeOf<PlanException>().With.Message.Contains("found as blocks.0.attn.cls_token").And.Message.Not.Contains("Nearest name: 'cls_token'"));
        }
    }

    private static IEnumerable<(string, double?, double, double?)> Effect(Plan plan, ModelFacts facts)
    {
        var planned = plan.Parameters.ToLookup(p => p.Fact.Name);
        return facts.Parameters.SelectMany(f => planned[f.Name].Select(p => (f.Name, p.LearningRate, Rounded(p), p.WeightDecay)));
    }

    private static double Rounded(PlannedParameter p) => p.LearningRate is null ? Math.Round(p.LearningRateScale, 12) : 1;
}
