namespace LayerDecayGen.Schedules;

/// <summary>The checks of <see cref="ScheduleChecks"/>, over a program that has not started.</summary>
internal static class ScheduleCheck
{
    public static IEnumerable<string> Warnings(ScheduleProgram program)
    {
        foreach (var schedule in program.Schedules)
        {
            if (schedule.Schedule.Warning is { } warning) yield return warning;
            if (schedule.Target == Hyperparameter.LearningRate && schedule.Rule.Levels.Any(l => l.IgnoresScale) && HasScales(program.Groups))
            {
                yield return $"{schedule.Name} states an absolute learning rate for groups of different lr scales, which lifts the small ones; "
                    + "use Level.Scaled or Level.Ratio.";
            }
        }
    }

    private static bool HasScales(IReadOnlyList<ScheduledGroup> groups) => groups.Select(g => g.LearningRate).Distinct().Skip(1).Any();
}
