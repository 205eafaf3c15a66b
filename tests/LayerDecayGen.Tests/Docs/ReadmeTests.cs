namespace LayerDecayGen.Tests.Docs;

/// <summary>The README's code is lines of <see cref="ReadmeExamples"/> and the samples; its first block is run by the package tests.</summary>
public sealed class ReadmeTests
{
    private static readonly Document s_readme = Document.At("README.md");

    private static readonly string[] s_compiled =
        [.. new[] { "tests/LayerDecayGen.Tests/Docs", "samples" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Document.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Lines(File.ReadAllText(file)))];

    private static IEnumerable<string> Blocks => s_readme.Blocks.Where(b => b.Language == "csharp").Skip(1).Select(b => b.Text);

    [TestCaseSource(nameof(Blocks))]
    public void CodeIsCompiled(string block) => Assert.That(s_compiled.Any(c => c.Contains(Lines(block), StringComparison.Ordinal)), Is.True, block);

    // Line by line, indentation aside.
    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)) + "\n";
}
