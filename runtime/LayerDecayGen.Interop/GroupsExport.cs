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

    /// <summary>The groups, with the shape of every parameter in them and the names of those that are not trained.</summary>
    public string ToJson()
    {
        Numbers.CheckPositive(LearningRate, nameof(LearningRate));
        var groups = ParameterGroup.FromPlan(Plan);
        var planned = Plan.Parameters.Select(p => p.Fact.Name).ToHashSet(StringComparer.Ordinal);
        var text = new StringBuilder("{\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"format\": {PythonText.Json(Format)},\n  \"model\": {PythonText.Json(Facts.ModelName)},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"base_lr\": {PythonText.Number(LearningRate)},\n  \"groups\": [\n");
        text.AppendJoin(",\n", groups.Select(Group)).Append("\n  ],\n  \"shapes\": {\n");
        text.AppendJoin(",\n", Plan.Parameters.Select(p => $"    {Name(p.Fact)}: [{string.Join(", ", p.Fact.Shape.Select(s => s.ToString(CultureInfo.InvariantCulture)))}]"));
        text.Append("\n  },\n  \"not_trained\": [");
        text.AppendJoin(", ", Facts.Parameters.Where(p => !planned.Contains(p.Name) && p.TiedTo is null).Select(Name));
        return text.Append("]\n}\n").ToString();
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
