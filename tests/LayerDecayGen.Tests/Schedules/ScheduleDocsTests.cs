using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>docs/schedules.md says what compiles, and its two tutorial examples give what mmengine gives.</summary>
[TestFixture]
public sealed class ScheduleDocsTests
{
    private static readonly string Root = RepositoryRoot();

    private static string[] Source => File.ReadAllLines(Path.Combine(Root, "tests/LayerDecayGen.Tests/Schedules/ScheduleExamples.cs"));

    private static IEnumerable<string> Markers =>
        Source.Select(line => line.Trim()).Where(line => line.StartsWith("// <", StringComparison.Ordinal) && line[4] != '/').Select(line =>
            line[4..^1]);

    [TestCaseSource(nameof(Markers))]
    public void TheDocumentHoldsTheCompiledCode(string marker)
    {
        var lines = Source.SkipWhile(l => l.Trim() != $"// <{marker}>").Skip(1).TakeWhile(l => l.Trim() != $"// </{marker}>").ToArray();
        var indent = lines.Where(l => l.Length > 0).Min(l => l.Length - l.TrimStart().Length);
        var code = string.Join('\n', lines.Select(l => l.Length > 0 ? l[indent..] : l));
        Assert.That(File.ReadAllText(Path.Combine(Root, "docs/schedules.md")), Does.Contain($"```csharp\n{code}\n```"));
    }

    [TestCase("tutorial-1-linear-50-iters-multistep"), Category("Golden")]
    [TestCase("tutorial-2-linear-10-epochs-cosine"), Category("Golden")]
    public void TheTutorialsExamplesAgreeWithMmengine(string id)
    {
        // Under other golden data the case may have another name or none.
        if (Golden.Read("schedulers", "mmengine_chained").FirstOrDefault(c => c.Id == id) is not { } golden) return;
        var batchesPerEpoch = golden.Json.GetProperty("epoch_length").GetInt64();
        var (run, schedules) = id.StartsWith("tutorial-1", StringComparison.Ordinal)
            ? ScheduleExamples.First(batchesPerEpoch)
            : ScheduleExamples.Second(batchesPerEpoch);
        new ScheduleGolden(golden.Json).Agree(run, schedules);
    }

    [Test]
    public void TheOtherExamplesRun()
    {
        var run = new TrainingRun(50.Epochs(), batchesPerEpoch: 10);
        using var optimizer = optim.SGD([new Parameter(zeros(1))], 0.1, momentum: 0.9, weight_decay: 0.05);
        ScheduleExamples.Drive(optimizer, [0, 1]);
        var set = ScheduleExamples.Own(optimizer, run);
        set.Step();
        Assert.That(set.Values(Hyperparameter.LearningRate)[0], Is.EqualTo(0.1 * 0.999));
        var again = ScheduleExamples.Own(optimizer, run);
        ScheduleExamples.Save(set, again);
        Assert.That(again.Update, Is.EqualTo(1));
        ScheduleExamples.GoOn(set);
        Assert.That(set.Run.Length, Is.EqualTo(800.Updates()));
        ScheduledGroup[] groups = [new("all", 0.1) { Momentum = 0.9, WeightDecay = 0.05 }];
        Assert.That(ScheduleExamples.Ahead(groups, run), Is.Empty);
        Assert.That(ScheduleTable.Evaluate(groups, run, ScheduleExamples.Momentum()).Check(), Is.Empty);
        Assert.That(ScheduleTable.Evaluate(groups, run, ScheduleExamples.Composed()).Check(), Is.Empty);
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LayerDecayGen.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("No LayerDecayGen.sln above the tests.");
    }
}
