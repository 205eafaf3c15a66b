using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Interop;

/// <summary>One scheduler of mmengine, all of whose lengths are in one unit.</summary>
internal sealed class MMEngineScheduler<TUnit>(ConfigMap one, string kind, string where, Func<double, TUnit> unit) where TUnit : struct, IScheduleUnit
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <param name="common">The options of every scheduler.</param>
    public Schedule Read(string[] common)
    {
        var (from, to) = (unit(Count("begin") ?? 0), Optional("end"));
        var schedule = kind switch
        {
            "Constant" => Constant(Number("factor") ?? 1.0 / 3, from, to),
            "Linear" => Linear(Number("start_factor") ?? 1.0 / 3, Number("end_factor") ?? 1, from, to),
            "Exponential" => Exponential(Needed("gamma"), from, to),
            "Step" => Step(unit(Count("step_size") ?? Needed("step_size")), Number("gamma") ?? 0.1, from, to),
            // mmengine counts milestones and asks for no order.
            "MultiStep" => MultiStep<TUnit>([.. List("milestones").Order().Select(unit)], Number("gamma") ?? 0.1, from, to),
            "CosineAnnealing" => Cosine(from, to, Minimum(), Optional("T_max")),
            "CosineRestart" => CosineRestarts<TUnit>([.. List("periods").Select(unit)], Weights(), Minimum(), from, to),
            "Poly" => Polynomial(Number("power") ?? 1, from, to, Level.Absolute(Number("eta_min") ?? 0)),
            "OneCycle" => OneCycle(EachOrAll("eta_max"), from, to, Cycle(), Optional("total_steps")),
            "QuadraticWarmup" => QuadraticWarmup(unit((Count("end") ?? Needed("end")) - (Count("begin") ?? 0)), from),
            _ => throw new PlanException($"{where}.type: '{PythonText.Shown(kind)}' has no schedule here."),
        };
        foreach (var key in one.Keys)
        {
            if (!common.Contains(key) && !_read.Contains(key)) throw new PlanException($"{where}.{PythonText.Shown(key)} is no option of {kind} that is read.");
        }

        return schedule;
    }

    private double? Number(string name)
    {
        _read.Add(name);
        return ConfigValue.OptionalNumber(one, name, where);
    }

    private double Needed(string name) => Number(name) ?? throw new PlanException($"{where}.{name} is not set: {kind} needs it.");

    // Updates are whole and fit a long.
    private double? Count(string name) => Number(name) is { } count ? Checked(count, name) : null;

    private double Checked(double count, string name) =>
        count is >= 0 and <= 1e15 && (typeof(TUnit) == typeof(Epochs) || count == Math.Floor(count))
            ? count
            : throw new PlanException(FormattableString.Invariant($"{where}.{name} is {count}: it must be a count of 0 or more, whole unless by_epoch."));

    private TUnit? Optional(string name) => Count(name) is { } count ? unit(count) : null;

    private double[] List(string name)
    {
        _read.Add(name);
        return [.. ConfigValue.Numbers(one[name], $"{where}.{name}").Select(c => Checked(c, name))];
    }

    private double[] Weights()
    {
        _read.Add("restart_weights");
        return one["restart_weights"] is { } weights ? ConfigValue.Numbers(weights, $"{where}.restart_weights") : [1];
    }

    private Level Minimum() => (Number("eta_min"), Number("eta_min_ratio")) switch
    {
        (null, null) => Level.Zero,
        ({ } value, null) => Level.Absolute(value),
        (null, { } ratio) => Level.Ratio(ratio),
        _ => throw new PlanException($"{where} has eta_min and eta_min_ratio: mmengine takes one of them."),
    };

    private Level EachOrAll(string name)
    {
        _read.Add(name);
        return one[name] is List<object?> ? Level.PerGroup(ConfigValue.Numbers(one[name], $"{where}.{name}")) : Level.Absolute(Needed(name));
    }

    private OneCycleOptions Cycle()
    {
        _read.UnionWith(["anneal_strategy", "three_phase"]);
        return new OneCycleOptions
        {
            RisingShare = Number("pct_start") ?? 0.3,
            Anneal = one["anneal_strategy"] switch
            {
                null or "cos" => Anneal.Cosine,
                "linear" => Anneal.Linear,
                var other => throw new PlanException($"{where}.anneal_strategy is {ConfigValue.Kind(other)}: there are cos and linear."),
            },
            DivisionFactor = Number("div_factor") ?? 25,
            FinalDivisionFactor = Number("final_div_factor") ?? 1e4,
            ThreePhases = one["three_phase"] is { } three && ConfigValue.Flag(three, $"{where}.three_phase"),
        };
    }
}
