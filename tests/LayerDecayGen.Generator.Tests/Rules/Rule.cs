using System.Reflection;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Tests.Support;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Tests.Rules;

/// <summary>The rules of the assembly, found by reflection, and what belongs to each in the repository.</summary>
internal static class Rule
{
    public static readonly IReadOnlyList<DiagnosticDescriptor> All = [
        .. from type in typeof(RuleFactory).Assembly.GetTypes()
           from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
           where field.FieldType == typeof(DiagnosticDescriptor)
           select (DiagnosticDescriptor)field.GetValue(null)! into descriptor
           orderby descriptor.Id
           select descriptor,
    ];

    /// <summary>A warning of the build task in eng/, which has a page and no descriptor. The package tests bring it about.</summary>
    public const string OfTheBuild = "LDG090";

    private static readonly string Root = Path.GetFullPath(Path.Combine(BuildFacts.Of("ProjectDirectory"), "../.."));

    public static IEnumerable<string> Pages =>
        Directory.GetFiles(Path.Combine(Root, "docs", "rules"), "LDG*.md").Select(static path => Path.GetFileNameWithoutExtension(path));

    public static string Page(string id)
    {
        var path = Path.Combine(Root, "docs", "rules", id + ".md");
        Assert.That(path, Does.Exist, $"{id} needs a page docs/rules/{id}.md: the rule, an example, the fix, why");
        return File.ReadAllText(path);
    }

    public static string ReleaseRows() => string.Concat(new[] { "Shipped", "Unshipped" }.Select(static kind =>
        File.ReadAllText(Path.Combine(Root, "generator/LayerDecayGen.Generator", $"AnalyzerReleases.{kind}.md"))));
}
