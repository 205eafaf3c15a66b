using System.Text.Json;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>
/// timm's schedulers. A row is the value after the call that ends its epoch or update, so it is one step later than elsewhere;
/// <c>initial</c> is what the constructor wrote (parity), <c>at0</c> the value after a call for step 0.
/// </summary>
[TestFixture, Category("Golden")]
public sealed class TimmGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases("schedulers", "timm");

    [TestCaseSource(nameof(Cases))]
    public void Agrees(GoldenCase golden)
    {
        if (golden.ExpectsError) Assert.That(() => Run(golden.Json), Throws.InstanceOf<ArgumentException>());
        else Run(golden.Json);
    }

    private static void Run(JsonElement json)
    {
        // Called in the other unit than its own, a scheduler of timm stays where it is.
        var frozen = (json.GetProperty("kwargs").FlagAt("t_in_epochs") ?? true) != (json.TextAt("mode") == "epoch");
        var golden = new ScheduleGolden(json);
        var groups = golden.ScaledGroups([.. json.Field("base_lrs").Numbers()]);
        var initial = new ScheduleGolden.Row(Hyperparameter.LearningRate, 0, [.. json.Field("initial").Numbers()]);
        var later = golden.Expected.Select(r => r with { Update = frozen ? 0 : r.Update + 1 });
        var run = new TrainingRun((golden.Steps + 1).Updates(), 1);
        new ScheduleGolden(json) { Expected = [initial, .. later] }.AgreeAhead(groups, run, TimmConfig.Read(json, parity: true));
        if (json.Field("at0") is not { } first) return;
        var atZero = initial with { Values = [.. ((JsonElement?)first).Numbers()] };
        new ScheduleGolden(json) { Expected = [atZero] }.AgreeAhead(groups, run, TimmConfig.Read(json, parity: frozen));
    }
}
