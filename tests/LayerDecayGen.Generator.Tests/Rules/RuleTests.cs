using System.Reflection;
using System.Text.RegularExpressions;
using LayerDecayGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Tests.Rules;

/// <summary>
/// A rule is a descriptor, a page, a release row, a help link and tests that show it. Descriptors are found by reflection, so that a new one without
/// the rest is red here.
/// </summary>
public sealed partial class RuleTests
{
    private static readonly DiagnosticDescriptor[] Descriptors = [
        .. from type in typeof(RuleFactory).Assembly.GetTypes()
           from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
           where field.FieldType == typeof(DiagnosticDescriptor)
           select (DiagnosticDescriptor)field.GetValue(null)! into descriptor
           orderby descriptor.Id
           select descriptor,
    ];

    private static readonly string Root = Path.GetFullPath(Path.Combine(
        typeof(RuleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static data => data.Key == "ProjectDirectory").Value!, "../.."));

    private static IEnumerable<string> Ids => Descriptors.Select(static descriptor => descriptor.Id).Distinct();

    [Test]
    public void EveryIdIsGivenOnce() => Assert.That(Descriptors.Select(static descriptor => descriptor.Id), Is.Unique);

    [TestCaseSource(nameof(Ids))]
    public void HasAPage(string id)
    {
        var descriptor = Of(id);
        var path = Path.Combine(Root, "docs", "rules", id + ".md");
        Assert.That(path, Does.Exist, $"{id} needs a page docs/rules/{id}.md: the rule, an example, the fix, why");
        var page = File.ReadAllText(path);
        Assert.That(page, Does.StartWith($"# {id}: {descriptor.Title}\n"), "the page's heading is the rule's id and title");
        foreach (var heading in new[] { "## Example", "## Fix", "## Why" }) Assert.That(page, Does.Contain("\n" + heading + "\n"));
        Assert.That(page, Does.Match(@"//.*\b" + id), "the example carries the id in a comment on the very line");
        Assert.That(page.Split('\n'), Has.Length.InRange(18, 60));
    }

    [TestCaseSource(nameof(Ids))]
    public void HasAReleaseRowThatAgrees(string id)
    {
        var descriptor = Of(id);
        var files = new[] { "Shipped", "Unshipped" }.Select(static kind =>
            File.ReadAllText(Path.Combine(Root, "generator/LayerDecayGen.Generator", $"AnalyzerReleases.{kind}.md")));
        var rows = files.SelectMany(static text => Row().Matches(text)).Where(row => row.Groups["id"].Value == id).ToList();
        Assert.That(rows, Has.Count.EqualTo(1), $"{id} needs one row in AnalyzerReleases.Unshipped.md");
        Assert.That(rows[0].Groups["category"].Value, Is.EqualTo(descriptor.Category));
        Assert.That(rows[0].Groups["severity"].Value, Is.EqualTo(descriptor.DefaultSeverity.ToString()));
    }

    [TestCaseSource(nameof(Ids))]
    public void LinksToItsPage(string id) => Assert.That(Of(id).HelpLinkUri, Does.EndWith($"/docs/rules/{id}.md"));

    [TestCaseSource(nameof(Ids))]
    public void SpeaksInASentence(string id)
    {
        var message = Of(id).MessageFormat.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(message, Does.Contain("{0}"), "the message names what it is about");
        Assert.That(Of(id).Title.ToString(System.Globalization.CultureInfo.InvariantCulture), Does.Not.EndWith("."));
    }

    [TestCaseSource(nameof(Ids))]
    public void IsShownByAPositiveAndANegativeTest(string id)
    {
        var shown = from type in typeof(RuleTests).Assembly.GetTypes()
                    from method in type.GetMethods()
                    from rule in method.GetCustomAttributes<RuleAttribute>()
                    where rule.Id == id
                    select rule.Shows;
        Assert.That(shown.Distinct(), Is.EquivalentTo(Enum.GetValues<Shows>()), $"mark the tests of {id} with [Rule(\"{id}\", Shows.…)]");
    }

    [Test]
    public void NoPageOrTestOutlivesItsRule()
    {
        var pages = Directory.GetFiles(Path.Combine(Root, "docs", "rules"), "LDG*.md").Select(static path => Path.GetFileNameWithoutExtension(path));
        var tests = from type in typeof(RuleTests).Assembly.GetTypes()
                    from method in type.GetMethods()
                    from rule in method.GetCustomAttributes<RuleAttribute>()
                    select rule.Id;
        Assert.That(pages.Except(Ids), Is.Empty);
        Assert.That(tests.Except(Ids), Is.Empty);
    }

    private static DiagnosticDescriptor Of(string id) => Descriptors.First(descriptor => descriptor.Id == id);

    [GeneratedRegex(@"^(?<id>LDG\d{3}) \| (?<category>\S+) \| (?<severity>\w+) \| ", RegexOptions.Multiline)]
    private static partial Regex Row();
}
