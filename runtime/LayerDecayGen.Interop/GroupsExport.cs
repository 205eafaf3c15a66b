using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace LayerDecayGen.Interop;

/// <summary>
/// Writes groups as JSON for timm and plain PyTorch, and beside it a Python script, which needs torch only, that rebuilds them for a model
/// there and compares: names, shapes, counts and rates.
/// </summary>
/// <param name="Facts">The model.</param>
/// <param name="Plan">What was decided for it.</param>
/// <param name="LearningRate">The base learning rate.</param>
public sealed record GroupsExport(ModelFacts Facts, Plan Plan, double LearningRate)
{
    /// <summary>The first field of the JSON; the script refuses another.</summary>
    public const string Format = "layer-decay-groups/1";

    /// <summary>The name of the script.</summary>
    public const string WitnessName = "compare_groups.py";

    /// <summary>As for <see cref="MMEngineExport.Prefix"/>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// The schedule, written as a table of factors on each group's rate that <c>lambda_lr</c> of the script gives to torch's <c>LambdaLR</c>; null
    /// writes none. Its groups are those of the plan: <c>ScheduledGroup.From(ParameterGroup.FromPlan(plan), rate)</c>.
    /// </summary>
    public ScheduleTable? Schedule { get; init; }

    /// <summary>The groups, with the shape of every parameter in them and the names of those that are not trained.</summary>
    public string ToJson()
    {
        Numbers.CheckPositive(LearningRate, nameof(LearningRate));
        var groups = ParameterGroup.FromPlan(Plan);
        NotTrained.RefuseSplit(Plan);
        var text = new StringBuilder("{\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"format\": {PythonText.Json(Format)},\n  \"model\": {PythonText.Json(Facts.ModelName)},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"base_lr\": {PythonText.Number(LearningRate)},\n  \"groups\": [\n");
        text.AppendJoin(",\n", groups.Select(Group)).Append("\n  ],\n  \"shapes\": {\n");
        text.AppendJoin(",\n", Plan.Parameters.Select(p => $"    {Name(p.Fact)}: [{string.Join(", ", p.Fact.Shape.Select(s => s.ToString(CultureInfo.InvariantCulture)))}]"));
        text.Append("\n  },\n  \"not_trained\": [");
        text.AppendJoin(", ", NotTrained.Of(Facts, Plan).Select(Name));
        text.Append(']');
        if (Schedule is { } table) text.Append(",\n  \"factors\": [\n").AppendJoin(",\n", Factors(table, groups).Select(Row)).Append("\n  ]");
        return text.Append("\n}\n").ToString();
    }

    /// <summary>The script: <c>python3 compare_groups.py groups.json package.module:make_model</c>.</summary>
    public static string Witness()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(WitnessName)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {WitnessName}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Writes the JSON and the script beside it.</summary>
    /// <param name="path">The JSON file; the script goes into the same folder.</param>
    public void Write(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var json = ToJson();
        File.WriteAllText(path, json);
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, WitnessName), Witness());
    }

    private static string Row(double[] factors) => $"    [{string.Join(", ", factors.Select(PythonText.Number))}]";

    // One row where all groups have the same factors up to rounding, else one for each group.
    private static List<double[]> Factors(ScheduleTable table, ImmutableArray<ParameterGroup> groups)
    {
        if (!table.Groups.Select(g => g.Name).SequenceEqual(groups.Select(g => g.Name)))
            throw new PlanException("The schedule was evaluated for other groups: use ScheduledGroup.From(ParameterGroup.FromPlan(plan), rate).");
        if (table.Drives(Hyperparameter.Momentum) || table.Drives(Hyperparameter.WeightDecay) || !table.Drives(Hyperparameter.LearningRate))
            throw new PlanException("LambdaLR drives the learning rate alone: leave out the schedules of momentum and weight decay.");
        var rows = groups.Select((_, g) => Enumerable.Range(0, checked((int)table.Run.Length.Count)).Select(u => Factor(table, u, g)).ToArray()).ToList();
        return rows.TrueForAll(r => r.Zip(rows[0]).All(f => Math.Abs(f.First - f.Second) <= 1e-12 * Math.Abs(f.Second))) ? [rows[0]] : rows;
    }

    private static double Factor(ScheduleTable table, int update, int group) => table.Groups[group].LearningRate is var rate and not 0
        ? table.Row(Hyperparameter.LearningRate, update)[group] / rate
        : 1;

    private string Name(ParameterFact fact) => PythonText.Json(Prefixes.Add(Prefix, fact.Name, Facts));

    private string Group(ParameterGroup group)
    {
        var fields = new List<string>
        {
            $"\"name\": {PythonText.Json(group.Name)}",
            $"\"layer\": {group.Layer?.ToString(CultureInfo.InvariantCulture) ?? "null"}",
            $"\"lr\": {PythonText.Number(group.LearningRate(LearningRate))}",
            $"\"lr_scale\": {PythonText.Number(group.Planned[0].LearningRate is { } rate ? rate / LearningRate : group.LearningRateScale)}",
            $"\"weight_decay\": {(group.WeightDecay is { } decay ? PythonText.Number(decay) : "null")}",
        };
        fields.AddRange(group.Extra.Select(e => $"{PythonText.Json(e.Key)}: {PythonText.JsonValue(e.Value)}"));
        fields.Add($"\"params\": [{string.Join(", ", group.Planned.Select(p => Name(p.Fact)))}]");
        return $"    {{{string.Join(", ", fields)}}}";
    }
}
