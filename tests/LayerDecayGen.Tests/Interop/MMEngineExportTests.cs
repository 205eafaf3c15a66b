using System.Text.Json;
using LayerDecayGen.Interop;
using LayerDecayGen.References;
using LayerDecayGen.Tests.Planning;
using LayerDecayGen.Tests.Recipes;

namespace LayerDecayGen.Tests.Interop;

public sealed class MMEngineExportTests
{
    private const double BaseRate = 5e-4;
    private const double BaseDecay = 0.05;

    [Test]
    public void Fragment()
    {
        var export = Export(Facts.Vit(2), "backbone.") with { OptimizerFields = [new("betas", new[] { 0.9, 0.999 })] };
        TextSnapshot.Match(export.ToFragment(), "py");
    }

    [Test]
    public void Notebook() => TextSnapshot.Match(MMEngineExport.ToJson(Export(Facts.Vit(1), "backbone.").KeysByParameter()), "json");

    [Test]
    public void TheNotebooksDictionaryIsTheRecordedOne()
    {
        foreach (var golden in Golden.Read("param_groups", "mmaction_custom_keys_from_layer_decay"))
        {
            var facts = GoldenFacts.Of(golden);
            var plan = GoldenRecipes.For(golden).Recipe.Plan(facts);
            var keys = new MMEngineExport(facts, plan)
            {
                Prefix = "backbone.",
                LearningRate = golden.Inputs.GetProperty("lr").Number(),
                WeightDecay = golden.Inputs.GetProperty("weight_decay").Number(),
            }.KeysByParameter();
            var recorded = golden.Json.GetProperty("custom_keys").EnumerateObject().ToList();
            Assert.That(keys.Select(k => k.Key), Is.EqualTo(recorded.Select(r => r.Name)), golden.Id);
            Assert.That(keys.Select(k => k.DecayMultiplier), Is.EqualTo(recorded.Select(r => r.Value.NumberAt("decay_mult"))), golden.Id);
            foreach (var (key, entry) in keys.Zip(recorded))
            {
                Assert.That(key.LearningRateMultiplier, Is.EqualTo(entry.Value.NumberAt("lr_mult")).Within(1e-12).Percent, entry.Name);
            }
        }
    }

    [Test]
    public void TheStemOfVideoMaeHasTheNotebooksFactor()
    {
        var keys = Export(Facts.Vit(12), "backbone.").MinimalKeys();
        var stem = keys.Single(k => k.Key == "backbone.patch_embed.proj.bias");
        Assert.That(stem.LearningRateMultiplier, Is.EqualTo(0.023757264018058777).Within(1e-17));
    }

    // Every plan of the golden data, through the fragment and through JSON, back into mmengine's own rule.
    [TestCaseSource(nameof(Files))]
    public void WhatIsWrittenReadsBackToTheSameGroups(string file)
    {
        foreach (var golden in Golden.Read("param_groups", file).Where(g => !g.ExpectsError))
        {
            var facts = GoldenFacts.Of(golden);
            var plan = GoldenRecipes.For(golden).Recipe.Plan(facts);
            if (facts.Parameters.Any(p => p.Name.StartsWith("module."))) continue; // mmengine would see that member alone
            var export = new MMEngineExport(facts, plan) { LearningRate = BaseRate, WeightDecay = BaseDecay };
            if (plan.Parameters.DistinctBy(p => p.Fact.Name).Count() < plan.Parameters.Length)
            {
                Assert.That(() => export.ToFragment(), Throws.TypeOf<PlanException>().With.Message.Contains("in the plan twice"), golden.Id);
                continue;
            }

            AssertSame(golden, plan, MMEngineImport.Read(export.ToFragment(), anyField: true), facts);
            var json = MMEngineImport.Read(MMEngineExport.ToJson(export.KeysByParameter()), anyField: true);
            AssertSame(golden, plan, json with { LearningRate = BaseRate, WeightDecay = BaseDecay }, facts);
        }
    }

    [Test]
    public void NoKeyIsIdle()
    {
        var facts = Facts.Vit(12);
        var export = Export(facts, "backbone.");
        var keys = export.MinimalKeys();
        var settings = Settings([.. keys], export.KeysByParameter());
        Assert.That(keys, Has.Length.LessThan(facts.Parameters.Length));
        foreach (var key in keys) Assert.That(Settings([.. keys.Where(k => k != key)], export.KeysByParameter()), Is.Not.EqualTo(settings), $"{key.Key} is needed");
    }

    [Test]
    public void NoLongerKeyCorrectsARate()
    {
        var export = Export(Facts.Vit(12), "backbone.");
        foreach (var key in export.MinimalKeys())
        {
            var hit = export.KeysByParameter().Where(p => CustomKeyMatcher.Hits(key.Key, p.Key, wholeNumbers: false));
            Assert.That(hit.Select(p => p.LearningRateMultiplier), Is.Not.Empty.And.All.EqualTo(key.LearningRateMultiplier), key.Key);
        }
    }

    // Names that are parts of each other, in every way that a substring rule can be fooled by.
    [Test]
    public void NamesThatContainEachOtherStayApart()
    {
        string[] names =
        [
            "scale", "scale_head", "head", "x.head.w", "norm.weight", "blocks.1.norm.weight", "blocks.1.w", "blocks.10.w", "blocks.11.w", "a.blocks.1.w", "blocks.1.w2", "w",
        ];
        var random = new Random(20);
        for (var round = 0; round < 200; round++)
        {
            var facts = Facts.Model([.. names.Select(Facts.Matrix)]);
            var plan = new Plan([.. facts.Parameters.Select(p => p.Decide(null, random.Next(3), random.Next(2) * BaseDecay))]);
            var export = new MMEngineExport(facts, plan) { LearningRate = BaseRate, WeightDecay = BaseDecay };
            var read = MMEngineImport.Read(export.ToFragment()).ToRecipe(parity: true).Plan(facts);
            Assert.That(read.Parameters.Select(p => (p.LearningRateScale, p.WeightDecay)), Is.EqualTo(plan.Parameters.Select(p => (p.LearningRateScale, p.WeightDecay))));
        }
    }

    [Test]
    public void APrefixIsAddedOnceOrKept()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Export(Facts.Vit(1), "backbone.").KeysByParameter()[0].Key, Is.EqualTo("backbone.cls_token"));
            Assert.That(Export(Facts.Vit(1, "backbone.", Facts.Matrix("cls_head.weight")), "backbone.").KeysByParameter()[^1].Key, Is.EqualTo("cls_head.weight"));
        }
    }

    [TestCase(double.NaN, 0.05, "LearningRate is NaN")]
    [TestCase(1e-3, -1, "WeightDecay is -1")]
    public void BadNumbersAreNamed(double rate, double decay, string message) => Assert.That(
        () => (Export(Facts.Vit(1), "") with { LearningRate = rate, WeightDecay = decay }).ToFragment(), Throws.TypeOf<PlanException>().With.Message.Contains(message));

    [Test]
    public void WhatThePlanFreezesHasNoRateInPython()
    {
        var facts = Facts.DeclaredVit(2);
        facts = facts with { Parameters = facts.Parameters.SetItem(0, facts.Parameters[0] with { Frozen = true }) };
        var plan = ((IRecipe)new LayerDecayOptions { LayerDecay = 0.5, WeightDecay = BaseDecay, FreezeBelowScale = 0.3 }).Plan(facts);
        var export = new MMEngineExport(facts, plan) { LearningRate = BaseRate, WeightDecay = BaseDecay };
        var trained = plan.Parameters.Select(p => p.Fact.Name).ToHashSet();
        var still = facts.Parameters.Where(p => !trained.Contains(p.Name)).Select(p => p.Name).ToList();
        var thawed = facts with { Parameters = [.. facts.Parameters.Select(p => p with { Frozen = false })] };
        var back = MMEngineImport.Read(export.ToFragment()).ToRecipe(parity: true).Plan(thawed);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(still, Does.Contain("cls_token").And.Count.GreaterThan(3));
            Assert.That(back.Parameters.Where(p => p.LearningRateScale == 0 && p.WeightDecay == 0).Select(p => p.Fact.Name), Is.EquivalentTo(still));
            Assert.That(export.ToFragment(), Does.Contain($"{still.Count} not trained (lr_mult=0, decay_mult=0)"));
            Assert.That(export.KeysByParameter().Where(k => k.LearningRateMultiplier == 0).Select(k => k.Key), Is.EquivalentTo(still));
        }
    }

    [Test]
    public void WhatMmengineCannotExpressIsNamed()
    {
        var facts = Facts.Vit(1, "backbone.", Facts.Matrix("head.weight"));
        var plan = new Plan([.. facts.Parameters.Select(p => p.Decide(null, 2, BaseDecay))]);
        var export = new MMEngineExport(facts, plan) { Prefix = "backbone.", LearningRate = BaseRate, WeightDecay = BaseDecay };
        var split = plan with { Parameters = [.. plan.Parameters.Select(p => p with { Extra = p.Extra.SetItem(SplitByRoleRecipe.Field, SplitByRoleRecipe.Matrices) })] };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(export.ToFragment(), Does.Contain("# 'head.' is not below 'backbone.'"));
            Assert.That(() => (export with { Plan = split }).ToFragment(), Throws.TypeOf<PlanException>().With.Message.Contains("SplitByRoleRecipe"));
            Assert.That(() => new GroupsExport(facts, split, 1).ToJson(), Throws.TypeOf<PlanException>().With.Message.Contains("SplitByRoleRecipe"));
            Assert.That(() => (export with { OptimizerFields = [new("a=1)\nimport os #", 1.0)] }).ToFragment(), Throws.TypeOf<PlanException>().With.Message.Contains("no name that Python takes"));
        }
    }

    // Every character that could end a text, a comment or a line, alone and beside others.
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void EveryNameComesBack(string?[] names)
    {
        string[] hard = ["\n", "\r", "\0", "'", "\"", "\\", "\u0085", "\u2028", "\u202e", "\ud800", "\udc00x", "é", "😀", "#", "\x7f", "{", "\ufeff"];
        string[] all = [.. names.Select((n, i) => $"{n}{hard[i % hard.Length]}{i}.w").Concat(hard.Select((h, i) => $"m{h}{i}.w")).Distinct()];
        var facts = new ModelFacts("Model\nimport os\r\u2028os.abort()", [.. all.Select(n => Facts.Matrix(n))]);
        var plan = new Plan([.. facts.Parameters.Select((p, i) => p.Decide(null, 1 + i, BaseDecay))]);
        var fragment = new MMEngineExport(facts, plan) { LearningRate = BaseRate, WeightDecay = BaseDecay }.ToFragment();
        var back = MMEngineImport.Read(fragment).ToRecipe(parity: true).Plan(facts);
        Assert.That(fragment.Split('\n')[0], Does.StartWith("#").And.Contain("os.abort()"));
        Assert.That(back.Parameters.Select(p => p.LearningRateScale), Is.EqualTo(plan.Parameters.Select(p => p.LearningRateScale)));
    }

    private static string[] Files => [.. GoldenRecipes.Files.Where(f => f != "mmaction2_swin_constructor")];

    private static MMEngineExport Export(ModelFacts facts, string prefix) =>
        new(facts, new MaeRecipe { LayerDecay = 0.75, WeightDecay = BaseDecay }.Plan(facts)) { Prefix = prefix, LearningRate = BaseRate, WeightDecay = BaseDecay };

    private static string Settings(IEnumerable<CustomKey> keys, IEnumerable<CustomKey> byParameter)
    {
        var matcher = new CustomKeyMatcher([.. keys]);
        return string.Join('\n', byParameter.Select(p => matcher.Find(CustomKeyMatcher.TextOf(p.Key), wholeNumbers: false)).Select(k => $"{k?.LearningRateMultiplier ?? 1} {k?.DecayMultiplier ?? 1}"));
    }

    private static void AssertSame(GoldenCase golden, Plan written, MMEngineImport import, ModelFacts facts)
    {
        var options = import.Paramwise! with { BypassDuplicates = true };
        var read = (import with { Paramwise = options }).ToRecipe(parity: true).Plan(facts).Parameters.ToDictionary(p => p.Fact.Name);
        foreach (var planned in written.Parameters.Where(p => !p.Fact.Frozen && p.Fact.TiedTo is null))
        {
            var back = read[planned.Fact.Name];
            var (rate, rateBack) = (planned.LearningRate ?? BaseRate * planned.LearningRateScale, back.LearningRate ?? BaseRate * back.LearningRateScale);
            Assert.That(rateBack, Is.EqualTo(rate).Within(1e-12 * rate), $"{golden}: lr of {planned.Fact.Name}");
            Assert.That(back.WeightDecay, Is.EqualTo(planned.WeightDecay ?? BaseDecay), $"{golden}: weight decay of {planned.Fact.Name}");
        }

        // What is not trained is carried too: with the model thawed, mmengine still gives it a rate of 0.
        var thawed = facts with { Parameters = [.. facts.Parameters.Select(p => p with { Frozen = false })] };
        var all = (import with { Paramwise = options }).ToRecipe(parity: true).Plan(thawed).Parameters.ToDictionary(p => p.Fact.Name);
        var decided = written.Parameters.Select(p => p.Fact.Name).ToHashSet();
        foreach (var still in facts.Parameters.Where(p => !decided.Contains(p.Name) && p.TiedTo is null))
            Assert.That((all[still.Name].LearningRateScale, all[still.Name].WeightDecay), Is.EqualTo((0.0, 0.0)), $"{golden}: {still.Name} is not trained");
    }
}
