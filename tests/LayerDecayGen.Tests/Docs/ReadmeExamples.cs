using LayerDecayGen.Interop;
using LayerDecayGen.References;
using LayerDecayGen.Training;
using TorchSharp;
using static LayerDecayGen.Schedule;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Docs;

/// <summary>Every C# block of the README, compiled and run: <see cref="ReadmeTests"/> checks that they are the same lines.</summary>
public sealed class ReadmeExamples
{
    [Test]
    public void ThreeLinesOfUse()
    {
        var model = new VisionTransformer();
        var learningRate = 1e-3;
        var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        Console.WriteLine(groups.ToTable(learningRate));
        using var optimizer = groups.CreateAdamW(learningRate);
        Assert.That(optimizer.ParamGroups.Count(), Is.EqualTo(10));
    }

    [Test]
    public void TypedSections()
    {
        var model = new VisionTransformer();
        var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        groups.Head.LearningRateScale = 2;          // members, not strings: a renamed field is a compile error
        groups.Blocks[2].WeightDecay = 0.1;
        Assert.That(groups.Head.Groups.Select(g => g.LearningRateScale), Is.All.EqualTo(2));
    }

    [Test]
    public void TheWayToPython()
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
    public void ARecipeOfAReference()
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
    public void ARecipeOfOnesOwn()
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
    public void AScheduleOfOnesOwn()
    {
        using var optimizer = new VisionTransformer().GetParameterGroups(new() { WeightDecay = 0.05 }).CreateAdamW(1e-3);
        var run = new TrainingRun(100.Updates());
        var schedules = new ScheduleSet(optimizer, run, Custom(new Exponential(0.9)));
        schedules.Step();
        Assert.That(optimizer.ParamGroups.Last().LearningRate, Is.EqualTo(0.9e-3).Within(1e-15));
    }

    [Test]
    public void TheWorkInOrder()
    {
        using var model = new VisionTransformer();
        var folder = Directory.CreateTempSubdirectory("work").FullName;
        var (weights, checkpoint) = (Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "run.safetensors"));
        ModelWeights.Save(new VisionTransformer(), weights);
        using var csv = new StringWriter();
        var (images, labels) = (rand(2, 1, 8, 8), zeros(2, ScalarType.Int64));

        var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        Console.WriteLine(PretrainedWeights.Load(model, weights, except: groups.Head));         // loaded, missing, unexpected: a table
        using var optimizer = groups.CreateAdamW(learningRate: 1e-3);
        var run = new TrainingRun(10.Epochs(), batchesPerEpoch: 100);
        var step = new TrainingStep(model, optimizer, new()
        {
            Schedules = new ScheduleSet(optimizer, run, LinearWarmup(1.Epochs()), Cosine(from: 1.Epochs())),
            Clipping = Clipping.ByNorm(1),
            Freezing = new FreezePlan(groups, run).FreezeBelow(4, until: 2.Epochs()),           // two phases: the head first
            Measurements = new Measurements(every: 50, csv),                                    // rates, norms, update-to-weight ratios
        });
        step.Run(functional.cross_entropy(model.forward(images), labels));                      // once per batch
        new Checkpoint(step).Save(checkpoint);                                                  // resumes bit by bit
        ModelWeights.Save(model, weights);                                                      // Python's safetensors reads it

        Assert.That(step.Updates, Is.EqualTo(1));
        Assert.That(csv.ToString(), Does.StartWith("update,part,name").And.Contain("layer,4,4,"));
        Assert.That(new Checkpoint(step).Load(checkpoint).Problems, Is.Empty);
        using var read = SafetensorsFile.Open(weights);
        Assert.That(read.Tensors.Select(t => t.Name), Is.EquivalentTo(model.state_dict().Keys));
    }

    [Test]
    public void WithoutAttributesAndWithTwoOptimizers()
    {
        using var model = new VisionTransformer();
        var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        var stock = new ParameterGroups(model, new TimmRecipe { LayerDecay = 0.75, WeightDecay = 0.05, ClassifierPrefixes = ["head"] });
        using var matrices = groups.CreateSGD(0.02, momentum: 0.95, step: new() { ParameterFilter = p => p.Role == ParameterRole.HiddenMatrix });
        using var others = groups.CreateAdamW(1e-3, step: new() { ParameterFilter = p => p.Role != ParameterRole.HiddenMatrix });
        var both = new TrainingStep(model, [matrices, others]);
        var lora = new LoraPlusRecipe(new LayerDecayOptions { WeightDecay = 0 }, Ratio: 16) { SecondMatrices = ["mlp"] };   // LoRA+
        // Without a matcher timm forms a layer of each 12 tensors: two of the 18 below the head, and the head.
        Assert.That(stock.Select(g => g.LearningRateScale).Distinct(), Is.EquivalentTo(new[] { 0.5625, 0.75, 1 }));
        Assert.That(matrices.ParamGroups.Select(g => g.LearningRate), Is.EqualTo(new[] { 0.75, 0.5625, 0.421875 }.Select(s => s * 0.02).Reverse()).Within(1e-12));
        Assert.That(both.Optimizers, Has.Count.EqualTo(2));
        Assert.That(model.GetParameterGroups(lora).Max(g => g.LearningRateScale), Is.EqualTo(16 * 0.75));
    }
}
