using LayerDecayGen.Interop;
using LayerDecayGen.References;
using TorchSharp;
using static LayerDecayGen.Schedule;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Docs;

/// <summary>Every C# block of the README, compiled and run: <see cref="ReadmeTests"/> checks that they are the same lines.</summary>
public sealed class ReadmeExamples
{
    [Test]
    public void Three_lines_of_use()
    {
        var model = new VisionTransformer();
        var learningRate = 1e-3;
        var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        Console.WriteLine(groups.ToTable(learningRate));
        using var optimizer = groups.CreateAdamW(learningRate);
        Assert.That(optimizer.ParamGroups.Count(), Is.EqualTo(10));
    }

    [Test]
    public void Typed_sections()
    {
        var model = new VisionTransformer();
        var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        groups.Head.LearningRateScale = 2;          // members, not strings: a renamed field is a compile error
        groups.Blocks[2].WeightDecay = 0.1;
        Assert.That(groups.Head.Groups.Select(g => g.LearningRateScale), Is.All.EqualTo(2));
    }

    [Test]
    public void The_way_to_Python()
    {
        var folder = Directory.CreateTempSubdirectory("export").FullName;
        var model = new VisionTransformer();
        var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        groups.Head.LearningRateScale = 2;
        var export = new MMEngineExport(groups.Facts, groups.Plan) { Prefix = "backbone.", LearningRate = 5e-4, WeightDecay = 0.05 };
        File.WriteAllText(Path.Combine(folder, "optim_wrapper.py"), export.ToFragment());       // a base for an MMAction2 configuration
        new GroupsExport(groups.Facts, groups.Plan, 5e-4).Write(Path.Combine(folder, "groups.json"));
        Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(3));
        Assert.That(export.MinimalKeys().Single(k => k.Key == "backbone.head.weight" || k.Key == "backbone.head.").LearningRateMultiplier, Is.EqualTo(2));
    }

    [Test]
    public void Schedules()
    {
        var model = new VisionTransformer();
        var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        using var optimizer = groups.CreateAdamW(1e-3);
        var run = new TrainingRun(50.Epochs(), batchesPerEpoch: 120);
        var schedules = new ScheduleSet(optimizer, run, LinearWarmup(5.Epochs()), Cosine(from: 5.Epochs(), to: 50.Epochs()));
        // after each optimizer.step():
        schedules.Step();
        Assert.That(schedules.Update, Is.EqualTo(1));
    }

    [Test]
    public void A_recipe_of_a_reference()
    {
        var model = new VisionTransformer();
        var groups = model.GetParameterGroups(new MaeRecipe { LayerDecay = 0.75, WeightDecay = 0.05, Parity = true });
        Assert.That(groups, Has.Count.EqualTo(10));
    }

    // The README shows this record whole.
    public sealed record SlowNorms(double WeightDecay) : IRecipe
    {
        public string Name => "slow norms";

        public Plan Plan(ModelFacts facts) => new([.. facts.Trainable().Select(p => p.Decide(
            p.Layer,
            learningRateScale: p.Role == ParameterRole.Norm ? 0.5 : 1,
            WeightDecay,
            decayed: p.Dimensions > 1))]);
    }

    [Test]
    public void A_recipe_of_ones_own()
    {
        var groups = new VisionTransformer().GetParameterGroups(new SlowNorms(0.05));
        Assert.That(groups.Select(g => g.LearningRateScale).Distinct(), Is.EquivalentTo(new[] { 1, 0.5 }));
    }

    // The exponential of MMAction2's tutorial.
    public sealed record Exponential(double Gamma) : IScheduleFunction
    {
        public double Factor(long update, ScheduledGroup group) => Math.Pow(Gamma, update);
    }

    [Test]
    public void A_schedule_of_ones_own()
    {
        using var optimizer = new VisionTransformer().GetParameterGroups(new() { WeightDecay = 0.05 }).CreateAdamW(1e-3);
        var run = new TrainingRun(100.Updates());
        var schedules = new ScheduleSet(optimizer, run, Custom(new Exponential(0.9)));
        schedules.Step();
        Assert.That(optimizer.ParamGroups.Last().LearningRate, Is.EqualTo(0.9e-3).Within(1e-15));
    }

    [Test]
    public void Two_optimizers_by_role()
    {
        var model = new VisionTransformer();
        var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        var matrices = groups.Facts.Parameters.Where(p => p.Role == ParameterRole.HiddenMatrix).Select(p => p.Name).ToHashSet();
        var hidden = groups.Where(g => matrices.Contains(g.ParameterNames[0])).ToArray();
        var rest = groups.Except(hidden).SelectMany(g => g.Parameters);
        using var vectors = optim.AdamW(rest, lr: 1e-3);
        using var momentum = groups.CreateOptimizer(_ => optim.SGD(hidden.SelectMany(g => g.Parameters), 0.02, momentum: 0.95), beside: vectors);
        Assert.That(momentum.parameters().Count(), Is.EqualTo(3));
    }
}
