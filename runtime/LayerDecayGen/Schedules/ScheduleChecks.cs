namespace LayerDecayGen;

/// <summary>
/// What is checked when schedules are built: every update of a short run, and in a long one the updates where something can change. One
/// message names the update, the group and both values.
/// </summary>
public sealed record ScheduleChecks
{
    /// <summary>All checks.</summary>
    public static ScheduleChecks All { get; } = new();

    /// <summary>None.</summary>
    public static ScheduleChecks None { get; } = new()
    {
        ValidValues = false,
        JumpFactor = null,
        ReachesBase = false,
        NoGaps = false,
        EndsInRun = false,
    };

    /// <summary>Whether every value has to be finite and at least 0.</summary>
    public bool ValidValues { get; init; } = true;

    /// <summary>
    /// The largest factor between two updates where schedules meet, and anywhere in a custom one; null does not check. Step decays and
    /// restarts jump by design and are exempt, as is a schedule with <see cref="Schedule.AllowJumps"/>.
    /// </summary>
    public double? JumpFactor { get; init; } = 2;

    /// <summary>Whether a schedule that warms up has to reach every group's base value, and its warm-up to be shorter than the
    /// run.</summary>
    public bool ReachesBase { get; init; } = true;

    /// <summary>Whether two schedules of one hyper-parameter may not leave updates between them; <see cref="Schedule.Hold"/> fills a
    /// gap.</summary>
    public bool NoGaps { get; init; } = true;

    /// <summary>Whether every window has to end within the run, so that a schedule ends where it was told to.</summary>
    public bool EndsInRun { get; init; } = true;

    internal IReadOnlyList<string> Run(ScheduleProgram program)
    {
        var check = new ScheduleCheck(program, this);
        check.Run();
        return [.. check.Warnings()];
    }
}
