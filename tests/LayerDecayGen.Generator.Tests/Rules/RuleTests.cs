using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Tests.Rules;

/// <summary>
/// A rule is a descriptor, a page, a release row and a help link that agree. Descriptors are found by reflection, so that a new one
/// without the rest is red here; its positive and negative test come with the page, see <see cref="RulePageTests"/>.
/// </summary>
public sealed partial class RuleTests
{
    private static IEnumerable<string> Ids => Rule.All.Select(static rule => rule.Id).Distinct();

    [Test]
    public void EveryIdIsGivenOnce() => Assert.That(Rule.All.Select(static rule => rule.Id), Is.Unique);

    [Test]
    public void NoPageOutlivesItsRule() => Assert.That(Rule.Pages, Is.EquivalentTo(Ids.Append(Rule.OfTheBuild)));

    [Test]
    public void TheIndexListsEveryRule()
    {
        var rows = Rule.All.Select(static rule => $"| [{rule.Id}]({rule.Id}.md) | {rule.DefaultSeverity} | {rule.Title} |");
        var lines = Rule.Page("README").Split('\n').Where(static line => line.StartsWith("| [LDG", StringComparison.Ordinal));
        Assert.That(lines.Where(static line => !line.Contains(Rule.OfTheBuild, StringComparison.Ordinal)), Is.EqualTo(rows));
        Assert.That(lines, Has.One.StartsWith($"| [{Rule.OfTheBuild}]({Rule.OfTheBuild}.md) | Warning |"));
    }

    [TestCaseSource(nameof(Ids))]
    public void HasAPage(string id)
    {
        var page = Rule.Page(id);
        Assert.That(page, Does.StartWith($"# {id}: {Of(id).Title}\n"), "the page's heading is the rule's id and title");
        Assert.That(page, Does.Contain($"\n{Of(id).DefaultSeverity} · reported by "), "the page says the severity");
        foreach (var heading in new[] { "## Example", "## Fix", "## Why" }) Assert.That(page, Does.Contain("\n" + heading + "\n"));
        Assert.That(page.Split('\n'), Has.Length.InRange(20, 64).And.All.Length.LessThanOrEqualTo(160));
    }

    [TestCaseSource(nameof(Ids))]
    public void HasAReleaseRowThatAgrees(string id)
    {
        var rows = Row().Matches(Rule.ReleaseRows()).Where(row => row.Groups["id"].Value == id).ToList();
        Assert.That(rows, Has.Count.EqualTo(1), $"{id} needs one row in AnalyzerReleases.Unshipped.md");
        Assert.That(rows[0].Groups["category"].Value, Is.EqualTo(Of(id).Category));
        Assert.That(rows[0].Groups["severity"].Value, Is.EqualTo(Of(id).DefaultSeverity.ToString()));
        Assert.That(rows[0].Groups["notes"].Value, Is.EqualTo($"[{Of(id).Title}](docs/rules/{id}.md)"));
    }

    [TestCaseSource(nameof(Ids))]
    public void LinksToItsPage(string id) => Assert.That(Of(id).HelpLinkUri, Does.EndWith($"/docs/rules/{id}.md"));

    [TestCaseSource(nameof(Ids))]
    public void NamesWhatItIsAbout(string id)
    {
        Assert.That(Of(id).MessageFormat.ToString(CultureInfo.InvariantCulture), Does.Contain("{0}").And.Not.EndsWith("."));
        Assert.That(Of(id).Title.ToString(CultureInfo.InvariantCulture), Does.Not.EndWith("."));
    }

    private static DiagnosticDescriptor Of(string id) => Rule.All.First(rule => rule.Id == id);

    [GeneratedRegex(@"^(?<id>LDG\d{3}) \| (?<category>\S+) \| (?<severity>\w+) \| (?<notes>[^\r\n]*)", RegexOptions.Multiline)]
    private static partial Regex Row();
}
