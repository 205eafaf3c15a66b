using FsCheck;
using Always = FsCheck.NUnit.PropertyAttribute;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>What holds for any schedules over any run.</summary>
[TestFixture]
public sealed class ScheduleProperties
{
    [Always(MaxTest = 200)]
    public void EvaluatedAheadIsDriven(DoNotSize<int> seed)
    {
        var run = new RandomRun(seed.Item);
        using var optimizer = run.Optimizer();
        run.Drive(run.Bind(optimizer), optimizer, run.Length, run.Ahead());
    }

    [Always(MaxTest = 200)]
    public void SplittingAndResumingChangesNothing(DoNotSize<int> seed)
    {
        var run = new RandomRun(seed.Item);
        var (table, split) = (run.Ahead(), 1 + run.Below(run.Length));
        using var first = run.Optimizer();
        var set = run.Bind(first);
        run.Drive(set, first, split, table);
        var saved = set.SaveState().ToJson();
        using var second = run.Optimizer();
        var resumed = run.Bind(second);
        resumed.LoadState(ScheduleState.FromJson(saved));
        Assert.That(resumed.Update, Is.EqualTo(set.Update));
        run.Drive(resumed, second, run.Length, table);
    }

    [Always(MaxTest = 100)]
    public void JumpingIsStepping(DoNotSize<int> seed)
    {
        var run = new RandomRun(seed.Item);
        if (run.HasPlateau) return;
        using var optimizer = run.Optimizer();
        var set = run.Bind(optimizer);
        for (var i = 0; i < 3; i++)
        {
            set.JumpTo(run.Below(run.Length).Updates());
            run.Drive(set, optimizer, (int)set.Update + 1, run.Ahead());
        }
    }

    [Always(MaxTest = 100)]
    public void FactorsCommute(DoNotSize<int> seed)
    {
        var run = new RandomRun(seed.Item, factorsOnly: true);
        var forth = ScheduleTable.Evaluate(run.Groups, run.Run, run.Schedules);
        var back = ScheduleTable.Evaluate(run.Groups, run.Run, [.. run.Schedules.Reverse()]);
        for (var update = 0; update < run.Length; update++)
        {
            Assert.That(
                back.Row(Hyperparameter.LearningRate, update).ToArray(),
                Is.EqualTo(forth.Row(Hyperparameter.LearningRate, update).ToArray()).Using<double>(ScheduleGolden.Close));
        }
    }

    [Always(MaxTest = 100)]
    public void LrScalesHold(DoNotSize<int> seed)
    {
        var run = new RandomRun(seed.Item, scaledOnly: true);
        var table = ScheduleTable.Evaluate(run.Groups, run.Run, run.Schedules);
        for (var update = 0; update < run.Length; update++)
        {
            var row = table.Row(Hyperparameter.LearningRate, update).ToArray();
            var shares = row.Select((value, g) => value / run.Groups[g].LearningRate).ToArray();
            Assert.That(shares, Is.All.EqualTo(shares[0]).Within(1e-9));
        }
    }
}
