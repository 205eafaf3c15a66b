using System.Text.Json;

namespace LayerDecayGen.Tests;

/// <summary>One case of the golden data: what a real Python reference gave.</summary>
/// <param name="File">The file's name without extension, which says the reference.</param>
/// <param name="Json">The case.</param>
public sealed record GoldenCase(string File, JsonElement Json)
{
    public string Id => Json.GetProperty("id").GetString()!;

    public JsonElement Inputs => Json.GetProperty("inputs");

    public bool ExpectsError => Json.TryGetProperty("error", out _);

    public override string ToString() => $"{File}/{Id}";
}

/// <summary>
/// The golden folder: the one that LAYERDECAYGEN_GOLDENS names (same sub-folders and schema), else the copy beside the test assembly.
/// </summary>
public static class Golden
{
    public static string Folder =>
        Environment.GetEnvironmentVariable("LAYERDECAYGEN_GOLDENS") is { Length: > 0 } folder ? folder : Copy;

    /// <summary>The repository's own data, whatever the variable names.</summary>
    public static string Copy => Path.Combine(AppContext.BaseDirectory, "goldens");

    /// <summary>Every case of every file of a sub-folder, or of the files named, each as a test case with the name <c>file/id</c>.</summary>
    public static IEnumerable<TestCaseData> Cases(string folder, params string[] files)
    {
        foreach (var golden in Read(folder, files))
        {
            var test = new TestCaseData(golden).SetName($"{golden}");
            if (GoldenExceptions.Reasons.TryGetValue($"{golden}", out var reason)) test.Ignore(reason);
            yield return test;
        }
    }

    /// <summary>The names of the files of a sub-folder, without extension.</summary>
    public static IEnumerable<string> FilesOf(string folder, string? root = null) =>
        Directory.GetFiles(Path.Combine(root ?? Folder, folder), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    /// <summary>How many cases a file holds: one per line, counted without reading them.</summary>
    public static int CountOf(string folder, string file) =>
        System.IO.File.ReadLines(Path.Combine(Folder, folder, $"{file}.json")).Count(line => line.TrimStart().StartsWith("{\"id\":", StringComparison.Ordinal));

    public static IEnumerable<GoldenCase> Read(string folder, params string[] files) => ReadFrom(Folder, folder, files);

    /// <summary>The same out of another golden folder.</summary>
    public static IEnumerable<GoldenCase> ReadFrom(string root, string folder, params string[] files)
    {
        foreach (var file in files.Length == 0 ? FilesOf(folder, root) : files.Order(StringComparer.Ordinal))
        {
            var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(root, folder, $"{file}.json")));
            foreach (var json in document.RootElement.GetProperty("cases").EnumerateArray()) yield return new GoldenCase(file, json);
        }
    }
}
