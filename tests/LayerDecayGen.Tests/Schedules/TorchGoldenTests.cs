using System.Text.Json;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>torch's schedulers, alone, in sequence and chained.</summary>
[TestFixture, Category("Golden")]
public sealed class TorchGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases("schedulers", "torch");

    [TestCaseSource(nameof(Cases))]
    public void Agrees(GoldenCase golden)
    {
        if (golden.ExpectsError) Assert.That(() => Run(golden.Json), Throws.InstanceOf<ArgumentException>());
        else Run(golden.Json);
    }

    private static void Run(JsonElement json)
    {
        var run = new TrainingRun(json.GetProperty("steps").GetInt64().Updates());
        new ScheduleGolden(json).Agree(run, TorchConfig.Read(json, json.TextAt("optimizer") ?? "SGD"));
    }
}
