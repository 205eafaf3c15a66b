using System.Text.Json;
using System.Text.Json.Serialization;

namespace LayerDecayGen;

/// <summary>Where the schedules of a run are, by names of schedules and groups. Small: a few numbers a group.</summary>
public sealed record ScheduleState
{
    /// <summary>The update whose values these are.</summary>
    public required long Update { get; init; }

    /// <summary>The schedules, in their order.</summary>
    public required IReadOnlyList<ScheduleMemory> Schedules { get; init; }

    /// <summary>The groups, in their order.</summary>
    public required IReadOnlyList<GroupMemory> Groups { get; init; }

    /// <summary>The metrics reported so far.</summary>
    public required IReadOnlyList<MetricReport> Reports { get; init; }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="JsonException">It is no such text.</exception>
    public static ScheduleState FromJson(string json)
    {
        var state = JsonSerializer.Deserialize(json, ScheduleJson.Default.ScheduleState);
        return state?.IsWhole() == true ? state : throw new JsonException("The text holds no state of schedules, or not all of it.");
    }

    /// <summary>The state as JSON; numbers come back bit by bit.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ScheduleJson.Default.ScheduleState);

    internal static ScheduleState Of(ScheduleProgram program) => new()
    {
        Update = program.Update,
        Schedules = [.. program.Schedules.Select(ScheduleMemory.Of)],
        Groups = [.. program.Groups.Select((g, i) => GroupMemory.Of(program, g.Name, i))],
        Reports = [.. program.Reports],
    };

    internal ScheduleProgram Into(ScheduleProgram program)
    {
        string[] differences = [.. Differences(program)];
        if (differences.Length > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, ["The state is of other schedules or groups:", .. differences]));
        if (Update < 0 || Reports.Any(r => r.Update < 0 || r.Update > Update || double.IsNaN(r.Metric)))
            throw new ArgumentException($"The state is at update {Update} and has metrics from after it or from none.");
        return program.At(Update, groups: [.. program.Groups.Select((g, i) => Groups[i].Base(g))], reports: Reports);
    }

    private bool IsWhole() => Schedules is not null && Groups is not null && Reports is not null
        && Schedules.All(s => s is { Name: not null, Kind: not null })
        && Groups.All(g => g is { Name: not null, Values: not null }) && Reports.All(r => r?.Monitor is not null);

    private IEnumerable<string> Differences(ScheduleProgram program)
    {
        var here = Of(program);
        foreach (var line in Compare("schedule", [.. Schedules.Select(s => s.Shape)],
            [.. here.Schedules.Select(s => s.Shape)])) yield return line;
        if (Schedules.Zip(here.Schedules).Any(s => s.First.End < s.Second.End && s.First with { End = s.Second.End } == s.Second))
            yield return "  ~ the run was shorter: make these schedules for its length, load the state, and call Extend";
        string[] names = [.. Groups.Select(g => $"'{g.Name}'")];
        string[] present = [.. here.Groups.Select(g => $"'{g.Name}'")];
        foreach (var line in Compare("group", names, present)) yield return line;
        if (!names.SequenceEqual(present)) yield break;
        foreach (var (saved, own) in Groups.Zip(here.Groups))
            foreach (var line in saved.Differences(own)) yield return line;
    }

    private static IEnumerable<string> Compare(string what, string[] saved, string[] here)
    {
        foreach (var line in saved.Except(here)) yield return $"  - {what} {line} is in the state only";
        foreach (var line in here.Except(saved)) yield return $"  + {what} {line} is here only";
        if (!saved.SequenceEqual(here) && saved.ToHashSet().SetEquals(here)) yield return $"  ~ the {what}s are in another order";
    }
}

/// <summary>A schedule in a state.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Target">What it drives.</param>
/// <param name="Stepping">When it steps.</param>
/// <param name="Begin">The first step of its window.</param>
/// <param name="End">The first step after it.</param>
public sealed record ScheduleMemory(
    string Name, string Kind, Hyperparameter Target, Stepping Stepping, long Begin, long End)
{
    internal string Shape =>
        $"'{Name}' ({Kind} of {HyperparameterValues.Name(Target)}, [{Begin}, {End}) {(Stepping == Stepping.EveryEpoch ? "epochs" : "updates")})";

    internal static ScheduleMemory Of(BoundSchedule schedule) => new(
        schedule.Name, schedule.Schedule.Kind, schedule.Target, schedule.Schedule.Stepping, schedule.Window.FirstStep,
        schedule.Window.FirstStep + schedule.Window.Length);
}

/// <summary>A group in a state: what of it is scheduled.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">Base and present value of each hyper-parameter that a schedule drives.</param>
public sealed record GroupMemory(string Name, IReadOnlyDictionary<Hyperparameter, GroupValue> Values)
{
    internal static GroupMemory Of(ScheduleProgram program, string name, int group) => new(name, Enum.GetValues<Hyperparameter>()
        .Where(t => program[t] is not null)
        .ToDictionary(t => t, t => new GroupValue(program[t]!.Bases[group], program[t]!.Values[group])));

    // An optimizer fresh from its constructor shows the base value, one restored from a checkpoint the value in use: either is the same
    // run.
    internal IEnumerable<string> Differences(GroupMemory here) =>
        from own in here.Values
        where Values.TryGetValue(own.Key, out var saved) && own.Value.Base != saved.Base && own.Value.Base != saved.Value
        select FormattableString.Invariant(
            $"  ~ group '{Name}': base {HyperparameterValues.Name(own.Key)} is {Values[own.Key].Base} in the state and {own.Value.Base} here");

    internal ScheduledGroup Base(ScheduledGroup group)
    {
        foreach (var (target, value) in Values)
        {
            group = target switch
            {
                Hyperparameter.LearningRate => group with { LearningRate = value.Base },
                Hyperparameter.Momentum => group with { Momentum = value.Base },
                _ => group with { WeightDecay = value.Base },
            };
        }

        return group;
    }
}

/// <summary>A hyper-parameter of a group in a state.</summary>
/// <param name="Base">Its base value.</param>
/// <param name="Value">Its value in use.</param>
public readonly record struct GroupValue(double Base, double Value);

[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ScheduleState))]
internal sealed partial class ScheduleJson : JsonSerializerContext;
