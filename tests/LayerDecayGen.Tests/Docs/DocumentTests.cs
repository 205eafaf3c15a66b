using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LayerDecayGen.Tests.Docs;

/// <summary>What documents show compiles, runs and prints what they say; their links lead somewhere.</summary>
public sealed partial class DocumentTests
{
    // The rule pages are compiled with their diagnostics by the generator's tests; the README's code is ReadmeExamples.
    private static readonly Document[] s_guides =
        [.. Document.All.Where(d => d.Path != "README.md" && !d.Path.StartsWith("docs/rules/", StringComparison.Ordinal))];

    [TestCaseSource(nameof(Programs))]
    public void CodeRunsAndPrintsWhatStandsBesideIt(Func<string> run, IReadOnlyList<string> expected)
    {
        var printed = run();
        var from = 0;
        foreach (var text in expected)
        {
            var at = printed.IndexOf(text, from, StringComparison.Ordinal);
            Assert.That(at, Is.GreaterThanOrEqualTo(0), $"this is not printed:\n{text}\nbut this:\n{printed}");
            from = at + text.Length;
        }
    }

    [TestCaseSource(nameof(s_guides))]
    public void PrintedTextStandsBesideCode(Document document) => Assert.That(
        DocumentProgram.Of(document).Sum(p => p.Printed.Count), Is.EqualTo(document.Blocks.Count(b => b.Language == "text")), "a text block before any code");

    // Python is run by PythonGuideTests.
    [TestCaseSource(nameof(s_guides))]
    public void BlocksHaveALanguageThatIsChecked(Document document) =>
        Assert.That(document.Blocks.Select(b => b.Language), Is.All.AnyOf("csharp", "more", "text", "xml", "bash", "mermaid", "python", "ini", "diff"));

    [TestCaseSource(nameof(s_guides))]
    public void XmlIsWellFormed(Document document)
    {
        foreach (var block in document.Blocks.Where(b => b.Language == "xml")) Assert.That(() => XElement.Parse(block.Text), Throws.Nothing, block.Text);
    }

    [TestCaseSource(typeof(Document), nameof(Document.All))]
    public void CommandsNameWhatExists(Document document)
    {
        foreach (var block in document.Blocks.Where(b => b.Language == "bash"))
            foreach (Match path in RepositoryPath().Matches(block.Text)) Assert.That(Path.Combine(Document.Root, path.Value), Does.Exist, block.Text);
    }

    [TestCaseSource(typeof(Document), nameof(Document.All))]
    public void LinksLeadSomewhere(Document document)
    {
        foreach (var link in document.Links.Where(l => !l.StartsWith("https://", StringComparison.Ordinal)))
        {
            var parts = link.Split('#', 2);
            var path = parts[0].Length == 0 ? document.Path : Path.GetRelativePath(Document.Root, Path.Combine(Document.Root, Path.GetDirectoryName(document.Path)!, parts[0]));
            Assert.That(Path.Combine(Document.Root, path), Does.Exist, $"{link} of {document.Path}");
            if (parts.Length == 2) Assert.That(Document.At(path.Replace('\\', '/')).Anchors, Does.Contain(parts[1]), $"{link} of {document.Path}");
        }
    }

    [Test]
    public void EveryGuideIsInTheIndex()
    {
        var guides = Document.All.Select(d => d.Path).Where(p => Guide().IsMatch(p) && p != "docs/index.md").Select(p => p["docs/".Length..]);
        Assert.That(guides, Is.SubsetOf(Document.At("docs/index.md").Links.ToArray()));
    }

    [Test]
    public void TheTablesForPythonUsersNameWhatExists()
    {
        var known = new[] { typeof(ParameterGroups), typeof(LayerDecayGen.References.TimmRecipe), typeof(LayerDecayGen.Training.TrainingStep), typeof(VisionTransformer.Groups) }
            .SelectMany(t => t.Assembly.GetTypes()).SelectMany(t => t.GetMembers().Select(m => m.Name).Append(t.Name.Replace("Attribute", "", StringComparison.Ordinal)))
            .ToHashSet();
        foreach (Match row in TableRow().Matches(Document.At("docs/coming-from-python.md").Text))
            foreach (Match code in InlineCode().Matches(row.Groups["here"].Value))
                Assert.That(PascalName().Matches(code.Value).Select(m => m.Value).Where(name => !known.Contains(name) && name is not ("MyOptimizer" or "Backbone")), Is.Empty, row.Value);
    }

    private static IEnumerable<TestCaseData> Programs() => s_guides.SelectMany(DocumentProgram.Of)
        .Select(p => new TestCaseData(new Func<string>(p.Run), p.Printed).SetArgDisplayNames(p.Name));

    [GeneratedRegex(@"\b(?:samples|tests|runtime|generator|docs|eng)/[\w./-]*\w")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"^\| .* \| (?<here>.*) \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex PascalName();

    [GeneratedRegex(@"^docs/[\w-]+\.md$")]
    private static partial Regex Guide();
}
