using System.Reflection;
using System.Text.RegularExpressions;

namespace LayerDecayGen.Tests.Docs;

/// <summary>What documents show is what compiles and prints.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Root = typeof(ReadmeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    // Blocks are compared with the compiled sources line by line, indentation aside.
    private static readonly string[] Compiled =
        [.. new[] { "tests/LayerDecayGen.Tests/Docs", "samples" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Lines(File.ReadAllText(file)))];

    [TestCaseSource(nameof(Blocks))]
    public void A_code_block_is_compiled_code(string block) =>
        Assert.That(Compiled.Any(c => c.Contains(Lines(block), StringComparison.Ordinal)), Is.True, $"no source below tests/LayerDecayGen.Tests/Docs or samples has these lines:\n{block}");

    [Test]
    public void The_table_is_the_one_that_prints()
    {
        var printed = new VisionTransformer().GetParameterGroups(new() { WeightDecay = 0.05 }).ToTable(1e-3);
        Assert.That(Readme().Contains(printed, StringComparison.Ordinal), Is.True, $"README.md lacks what prints:\n{printed}");
    }

    [Test]
    public void Linked_files_exist()
    {
        foreach (Match link in Link().Matches(Readme()))
            Assert.That(Path.Combine(Root, link.Groups[1].Value), Does.Exist, "a link of the README");
    }

    private static IEnumerable<TestCaseData> Blocks()
    {
        var count = 0;
        foreach (Match block in CodeBlock().Matches(Readme())) yield return new TestCaseData(block.Groups[1].Value).SetArgDisplayNames($"block {++count} of README.md");
    }

    private static string Readme() => File.ReadAllText(Path.Combine(Root, "README.md"));

    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)) + "\n";

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\]\(((?!http|#)[^)#]+)")]
    private static partial Regex Link();
}
