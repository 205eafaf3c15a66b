using System.Text;
using System.Text.RegularExpressions;
using LayerDecayGen.Generator.Tests.Analyzers;
using LayerDecayGen.Generator.Tests.Review;
using LayerDecayGen.Generator.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace LayerDecayGen.Generator.Tests.Rules;

/// <summary>
/// What the pages of the rules say is true: the example compiles and is reported on the marked line and nowhere else, and the fix is
/// silent. So each rule has a positive and a negative test by having a page.
/// </summary>
public sealed partial class RulePageTests
{
    // LDG999 is a failure of the generator, which no source is known to cause; UnforeseenFailuresAreSaid brings one about from outside.
    private static IEnumerable<string> Ids => Rule.All.Select(static rule => rule.Id).Where(static id => id != "LDG999");

    private static readonly string s_usings = Compiler.Usings.Replace("using ", "global using ", StringComparison.Ordinal);

    [TestCaseSource(nameof(Ids))]
    public async Task TheExampleIsReported(string id)
    {
        var source = Code(id, "Example");
        Assert.That(Analysis.Marked(source).Select(static mark => mark.Id), Does.Contain(id), "the example marks the line");
        Assert.That((await Reported(source, File(id, "Example"))).Select(Analysis.At), Is.EquivalentTo(Analysis.Marked(source)));
    }

    [TestCaseSource(nameof(Ids))]
    public async Task TheFixIsSilent(string id) => Assert.That(await Reported(Code(id, "Fix"), File(id, "Fix")), Is.Empty);

    [TestCaseSource(nameof(Ids))]
    public async Task PragmaAndEditorConfigReachIt(string id)
    {
        var (example, file) = (Code(id, "Example"), File(id, "Example"));
        Assert.That(await Reported($"#pragma warning disable {id}\n{example}", file), Is.Empty);
        Assert.That(await Reported(example, file, $"dotnet_diagnostic.{id}.severity = none"), Is.Empty);
    }

    [Test]
    public void UnforeseenFailuresAreSaid()
    {
        var text = new FailingText(SourceText.From(Compiler.Usings + Code("LDG999", "Example"), Encoding.UTF8));
        var compilation = Compiler.Compile([])
            .AddSyntaxTrees(CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Latest)));
        text.Fails = true;
        var found = Compiler.Generate(compilation).Diagnostics;
        Assert.That(found.Select(static d => d.Id), Is.EqualTo(new[] { "LDG999" }));
        Assert.That(found[0].GetMessage(), Does.Contain("'Net'").And.Contain(nameof(InvalidDataException)));
        text.Fails = false;
        Assert.That(Compiler.Generate(Compiler.Usings + Code("LDG999", "Fix")).Diagnostics, Is.Empty);
    }

    private static async Task<IEnumerable<Diagnostic>> Reported(string code, AdditionalText[] files, params string[] settings)
    {
        var config = new EditorConfig(settings);
        var generated = Compiler.Generate(Analysis.Configure(Compiler.Compile([code, s_usings], language: Language(code)), config));
        var analyzed = await Analysis.Run(generated.Compilation, config, files);
        var errors = generated.Compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error);
        Assert.That(errors, Is.Empty, "the page's code compiles");
        return analyzed;
    }

    private static LanguageVersion Language(string code)
    {
        var said = LangVersion().Match(code);
        return LanguageVersionFacts.TryParse(said.Success ? said.Groups[1].Value : "latest", out var version)
            ? version
            : throw new FormatException($"no version of C#: {said.Value}");
    }

    private static string Code(string id, string heading) => Block(id, heading, "csharp")
        ?? throw new AssertionException($"docs/rules/{id}.md needs a block of C# under '## {heading}'");

    /// <summary>The groups file beside the code, where the page shows one.</summary>
    private static AdditionalText[] File(string id, string heading) =>
        Block(id, heading, "markdown") is { } text ? [new GroupsFileText("/src/Net.groups.md", text)] : [];

    /// <summary>The first block of a language after a heading.</summary>
    private static string? Block(string id, string heading, string language)
    {
        var match = Regex.Match(
            Rule.Page(id), $@"^## {heading}\n((?!## ).*\n)*?```{language}\n((.*\n)*?)```", RegexOptions.Multiline);
        return match.Success ? match.Groups[2].Value : null;
    }

    [GeneratedRegex("<LangVersion>(.*)</LangVersion>")]
    private static partial Regex LangVersion();

    /// <summary>Source text that, once parsed, can no longer be read.</summary>
    private sealed class FailingText(SourceText text) : SourceText
    {
        public bool Fails { get; set; }

        public override Encoding? Encoding => text.Encoding;

        public override int Length => text.Length;

        public override char this[int position] => text[position];

        public override void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)
        {
            if (Fails) throw new InvalidDataException("the text cannot be read");
            text.CopyTo(sourceIndex, destination, destinationIndex, count);
        }
    }
}
