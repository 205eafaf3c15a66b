using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace LayerDecayGen.Training;

/// <summary>What became of one tensor of the file or of the model.</summary>
public enum WeightOutcome
{
    /// <summary>Loaded as it is.</summary>
    Loaded,

    /// <summary>Not in the file, and left as it was: allowed by <c>except</c>.</summary>
    Missing,

    /// <summary>Of another shape in the file, and left as it was: allowed by <c>except</c>.</summary>
    OtherShape,

    /// <summary>In the file and not in the model; <c>Ignore</c> allows it.</summary>
    Ignored,

    /// <summary>In the file and not in the model.</summary>
    Unexpected,

    /// <summary>Does not fit, and nothing allows that.</summary>
    Refused,
}

/// <summary>A line of a <see cref="PretrainedResult"/>.</summary>
/// <param name="Name">The name in the model; where the model has no such tensor, the name in the file after prefixes and renames.</param>
/// <param name="FileName">The name in the file; null where the file has no such tensor.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Adapted">What an adapter did, as "transposed"; null for nothing.</param>
/// <param name="Converted">The change of dtype, as "Float16 to Float32"; null for none.</param>
/// <param name="Note">Why it did not load, and the nearest name; empty for loaded ones.</param>
public sealed record WeightRow(string Name, string? FileName, WeightOutcome Outcome, string? Adapted, string? Converted, string Note);

/// <summary>What a file of pretrained weights brought: which tensors loaded, how, and which did not.</summary>
public sealed class PretrainedResult
{
    internal PretrainedResult(string path, string modelName, ImmutableArray<WeightRow> rows) => (Path, ModelName, Rows) = (path, modelName, rows);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The model's name.</summary>
    public string ModelName { get; }

    /// <summary>One line for each tensor of the model, tied ones once, and then for each of the file that the model has no place for.</summary>
    public ImmutableArray<WeightRow> Rows { get; }

    /// <summary>Names in the model of what was loaded, adapted and converted ones included.</summary>
    public IReadOnlyList<string> Loaded => Names(WeightOutcome.Loaded);

    /// <summary>Names in the model of what the file lacks and what stayed as it was.</summary>
    public IReadOnlyList<string> Missing => Names(WeightOutcome.Missing);

    /// <summary>Names in the model of what has another shape in the file and stayed as it was.</summary>
    public IReadOnlyList<string> OtherShape => Names(WeightOutcome.OtherShape);

    /// <summary>Names of what the file has and the model has not.</summary>
    public IReadOnlyList<string> Unexpected => [.. Rows.Where(r => r.Outcome is WeightOutcome.Ignored or WeightOutcome.Unexpected).Select(r => r.Name)];

    /// <summary>Names in the model of what an adapter changed.</summary>
    public IReadOnlyList<string> Reshaped => [.. Rows.Where(r => r.Adapted is not null).Select(r => r.Name)];

    /// <summary>Names in the model of what came in another dtype.</summary>
    public IReadOnlyList<string> Converted => [.. Rows.Where(r => r.Converted is not null).Select(r => r.Name)];

    private List<string> Names(WeightOutcome outcome) => [.. Rows.Where(r => r.Outcome == outcome).Select(r => r.Name)];

    internal bool Fits => !Rows.Any(r => r.Outcome is WeightOutcome.Refused or WeightOutcome.Unexpected);

    /// <summary>Counts, and a line for everything that did not simply load. Long runs of lines of one kind are cut.</summary>
    public override string ToString()
    {
        const int most = 20;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Loaded.Count} of {Rows.Count(InModel)} tensors of {ModelName} from {Path}: ");
        text.Append(CultureInfo.InvariantCulture, $"{Reshaped.Count} reshaped, {Converted.Count} converted, {Missing.Count} missing, ");
        text.Append(CultureInfo.InvariantCulture, $"{OtherShape.Count} of another shape, {Unexpected.Count} unexpected");
        foreach (var kind in Rows.Where(r => r.Outcome != WeightOutcome.Loaded || r.Adapted is not null).GroupBy(r => r.Outcome).OrderByDescending(k => k.Key))
        {
            foreach (var row in kind.Take(most)) text.Append(Environment.NewLine).Append("  ").Append(Line(row));
            if (kind.Count() > most) text.Append(Environment.NewLine).Append(CultureInfo.InvariantCulture, $"  ... and {kind.Count() - most} more");
        }

        return text.ToString();
    }

    private static bool InModel(WeightRow row) => row.Outcome is not (WeightOutcome.Ignored or WeightOutcome.Unexpected);

    private static string Line(WeightRow row) => $"{Shown.Text(row.Name)}: " + row.Outcome switch
    {
        WeightOutcome.Loaded => string.Join(", ", new[] { row.Adapted, row.Converted }.Where(s => s is not null)),
        WeightOutcome.Missing => "not in the file; stays as it was",
        WeightOutcome.OtherShape => $"{row.Note}; stays as it was",
        WeightOutcome.Ignored => "not in the model; ignored",
        _ => row.Note,
    };
}

/// <summary>Pretrained weights that do not fit the model. Nothing was changed.</summary>
public sealed class PretrainedWeightsException : Exception
{
    internal PretrainedWeightsException(PretrainedResult result)
        : base($"The weights do not fit the model, and nothing was loaded. {result}") => Result = result;

    internal PretrainedWeightsException(string message) : base(message) { }

    /// <summary>What fits and what does not; null where an option already cannot hold.</summary>
    public PretrainedResult? Result { get; }
}
