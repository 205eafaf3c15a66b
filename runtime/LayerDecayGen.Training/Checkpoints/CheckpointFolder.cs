using System.Globalization;

namespace LayerDecayGen.Training;

/// <summary>A checkpoint that a folder resumed from.</summary>
/// <param name="Path">The file.</param>
/// <param name="Difference">What loaded otherwise than it was saved.</param>
/// <param name="Damaged">Newer files that were not whole and were passed over.</param>
public sealed record Resumed(string Path, CheckpointDifference Difference, IReadOnlyList<string> Damaged);

/// <summary>
/// A folder of checkpoints of one training, <c>step-000001000.safetensors</c> and so on: the last few are kept, and the best by a metric. The
/// metric is in each file, so that nothing beside the files can disagree with them.
/// </summary>
/// <example>
/// <code>
/// var folder = new CheckpointFolder("out", keepLast: 2) { HigherIsBetter = true };
/// if (folder.Resume(checkpoint) is { } resumed) Console.WriteLine($"going on from {resumed.Path}");
/// folder.Save(checkpoint, step.Updates, metric: accuracy);
/// </code>
/// </example>
public sealed class CheckpointFolder
{
    private const string Prefix = "step-";
    private const string Suffix = ".safetensors";
    private const string MetricKey = "metric";
    private readonly int _keepLast;

    /// <summary>Names a folder; it is made at the first save.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="keepLast">How many of the newest are kept, at least 1. The best is kept beside them.</param>
    public CheckpointFolder(string path, int keepLast = 3)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(keepLast, 1);
        (Path, _keepLast) = (System.IO.Path.GetFullPath(path), keepLast);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Whether a higher metric is better, as for an accuracy; a lower one is, as for a loss, unless set.</summary>
    public bool HigherIsBetter { get; init; }

    /// <summary>The newest checkpoint that is whole; null where there is none. Reads files until one is.</summary>
    public string? Newest => NewestFirst().FirstOrDefault(f => IsWhole(f.Path)).Path;

    /// <summary>The whole checkpoint with the best metric, the newer one of equals; null where none has one.</summary>
    public string? Best => Ranked().FirstOrDefault(IsWhole);

    /// <summary>Saves, and then deletes what is neither among the newest nor the best.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="update">The update that it is of, 0 or more: <c>step.Updates</c>.</param>
    /// <param name="metric">How good the model is; null where that is not known. Not NaN.</param>
    /// <returns>The file.</returns>
    public string Save(Checkpoint checkpoint, long update, double? metric = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentOutOfRangeException.ThrowIfNegative(update);
        if (metric is double.NaN) throw new ArgumentException($"The metric at update {update} is not a number.", nameof(metric));
        var file = System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{update:D9}{Suffix}"));
        checkpoint.Save(file, metric is { } value
            ? new Dictionary<string, string> { [MetricKey] = value.ToString("R", CultureInfo.InvariantCulture) }
            : new Dictionary<string, string>());
        DeleteOld();
        return file;
    }

    /// <summary>Loads the newest whole checkpoint; null where there is none.</summary>
    /// <param name="checkpoint">What to load into.</param>
    /// <param name="options">What may differ.</param>
    /// <exception cref="CheckpointException">The newest whole one does not fit. Nothing has been changed.</exception>
    public Resumed? Resume(Checkpoint checkpoint, CheckpointLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var damaged = new List<string>();
        foreach (var (_, file) in NewestFirst())
        {
            if (IsWhole(file)) return new Resumed(file, checkpoint.Load(file, options), damaged);
            damaged.Add(file);
        }

        return damaged.Count == 0
            ? null
            : throw new CheckpointException($"None of the {damaged.Count} checkpoints in {Path} is whole. To begin anew, delete them.");
    }

    private List<(long Update, string Path)> NewestFirst()
    {
        var found = new List<(long Update, string Path)>();
        if (!Directory.Exists(Path)) return found;
        foreach (var file in Directory.EnumerateFiles(Path, Prefix + "*" + Suffix))
        {
            var number = System.IO.Path.GetFileName(file)[Prefix.Length..^Suffix.Length];
            if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var update)) found.Add((update, file));
        }

        found.Sort((a, b) => b.Update.CompareTo(a.Update));
        return found;
    }

    private static bool IsWhole(string file)
    {
        try
        {
            CheckpointFile.Open(file).Dispose();
            return true;
        }
        catch (Exception e) when (e is CheckpointException or FileNotFoundException)
        {
            return false;
        }
    }

    private IEnumerable<string> Ranked() => NewestFirst().Select(f => (f.Path, Metric: Metric(f.Path))).Where(f => f.Metric is not null)
        .OrderByDescending(f => HigherIsBetter ? f.Metric : -f.Metric).Select(f => f.Path);

    private static double? Metric(string file)
    {
        try
        {
            using var opened = SafetensorsFile.Open(file);
            return opened.Metadata.TryGetValue(MetricKey, out var text)
                && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var metric) && !double.IsNaN(metric) ? metric : null;
        }
        catch (Exception e) when (e is SafetensorsException or FileNotFoundException)
        {
            return null;
        }
    }

    private void DeleteOld()
    {
        var best = Ranked().FirstOrDefault();
        ReplacedFile.RemoveLeftovers(Path, name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal));
        foreach (var (_, file) in NewestFirst().Skip(_keepLast))
            if (file != best)
                File.Delete(file);
    }
}
