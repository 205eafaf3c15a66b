namespace LayerDecayGen;

/// <summary>
/// How one hyper-parameter of every group changes over a window of training. The static methods make the kinds; <c>with</c> changes what
/// they drive and how they step: <c>Cosine(from: 0.Epochs()) with { Target = Hyperparameter.WeightDecay }</c>. A schedule states no values
/// of its own: it multiplies or shifts the value now in the group, so several compose, and groups of different rates keep their lr scales.
/// </summary>
/// <remarks>
/// Windows are <c>[from, to)</c>, counted in optimizer updates or epochs. Before and after its window a schedule leaves values as they are
/// (mmengine <c>_ParamScheduler.step</c>).
/// </remarks>
public sealed partial record Schedule
{
    private readonly Func<ScheduleWindow, ScheduleCurve> _curve;

    private Schedule(string kind, ScheduleTime from, ScheduleTime? to, Func<ScheduleWindow, ScheduleCurve> curve)
    {
        Require.NotNegative(from.Count, nameof(from));
        if (to is { } end && Require.NotNegative(end.Count, nameof(to)) <= from.Count)
            throw new ArgumentException($"The window of {kind} is empty: it ends at {end}, where or before it begins ({from}).",
                nameof(to));
        (Kind, Name, From, To, _curve) = (kind, kind, from, to, curve);
    }

    /// <summary>The kind: the name of the method that made it.</summary>
    public string Kind { get; }

    /// <summary>The name under which its state is saved; the kind, unless set.</summary>
    public string Name { get; init; }

    /// <summary>What it drives; the learning rate, unless set.</summary>
    public Hyperparameter Target { get; init; }

    /// <summary>When it steps; after every update, unless set.</summary>
    public Stepping Stepping { get; init; }

    /// <summary>
    /// Steps taken of it before this run: its first step in the window then counts from here (mmengine's <c>last_step</c> plus 1).
    /// </summary>
    public long StepsTaken { get; init; }

    /// <summary>Whether jumps at its ends, or where its own function makes them, are meant; see <see cref="ScheduleChecks"/>.</summary>
    public bool AllowJumps { get; init; }

    /// <summary>What a person should know of it: a reference's defect that was corrected, or one that parity keeps.</summary>
    public string? Warning { get; init; }

    internal ScheduleTime From { get; }

    internal ScheduleTime? To { get; }

    /// <summary>Whether it begins below the base value and is expected to reach it.</summary>
    internal bool WarmsUp { get; init; }

    /// <summary>Whether warming up is all it does.</summary>
    internal bool IsWarmup { get; init; }

    /// <summary>Where it is the part of a sequence: when that part begins and ends.</summary>
    internal ScheduleTime? PartBegin { get; init; }

    internal ScheduleTime? PartEnd { get; init; }

    /// <summary>Whether it has no length, as a warm-up of zero epochs, and so is not there.</summary>
    internal bool IsNone { get; private init; }

    internal ScheduleCurve CurveIn(ScheduleWindow window) => _curve(window);

    /// <summary>Name, hyper-parameter and window.</summary>
    public override string ToString() => $"{Name} of {HyperparameterValues.Name(Target)}, [{From}, {To?.ToString() ?? "end of the run"})";

    internal static Schedule Make<TUnit>(string kind, TUnit from, TUnit? to, Func<ScheduleWindow, ScheduleCurve> curve)
        where TUnit : struct, IScheduleUnit =>
        new(kind, from.Time, to?.Time, curve);
}
