using System.Globalization;
using FsCheck;
using FsCheck.NUnit;
using LayerDecayGen.Generator.Tests.Support;
using LayerDecayGen.RandomModels;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Generator.Tests.RandomModels;

/// <summary>
/// Ten thousand random models: no exception, the same text twice, under de-DE and read from symbols, and output that compiles wherever the input did. A batch shares a
/// compilation, since references cost more than a class does.
/// </summary>
public class RandomModelTests
{
    private const int BatchSize = 100;

    [FsCheck.NUnit.Property(MaxTest = 60, QuietOnSuccess = true)]
    public void WildModelsNeverBreakTheGenerator(int seed) => Check(seed, Manner.Wild);

    [FsCheck.NUnit.Property(MaxTest = 30, QuietOnSuccess = true)]
    public void BrokenModelsNeverBreakTheGenerator(int seed) => Check(seed, Manner.Broken);

    [FsCheck.NUnit.Property(MaxTest = 10, QuietOnSuccess = true)]
    public void SoundModelsAlwaysGetTheirGroups(int seed) => Check(seed, Manner.Sound);

    private static void Check(int seed, Manner manner)
    {
        var sources = Enumerable.Range(0, BatchSize).Select(i => new ModelWriter(unchecked((seed * 1009) + i), manner).Write("M" + i)).ToArray();
        var input = Compiler.Compile(sources);
        var driver = Compiler.Driver(input).RunGeneratorsAndUpdateCompilation(input, out var output, out var diagnostics);
        var result = driver.GetRunResult().Results.Single();
        Assert.That(result.Exception, Is.Null);
        Assert.That(diagnostics.Where(d => d.Id == "LDG999"), Is.Empty, () => sources[0]);
        if (manner == Manner.Sound) AssertSound(sources, result);
        AssertCompiles(sources, input, (CSharpCompilation)output);
        AssertSameElsewhere(input, result);
        AssertSymbolsAgree(input);
    }

    private static void AssertSound(string[] sources, GeneratorRunResult result)
    {
        foreach (var diagnostic in result.Diagnostics)
            Assert.Fail($"{diagnostic}\n{diagnostic.Location.SourceTree}");
        Assert.That(result.GeneratedSources, Has.Length.EqualTo(sources.Length));
    }

    private static void AssertCompiles(string[] sources, CSharpCompilation input, CSharpCompilation output)
    {
        var errors = output.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error && d.Location.SourceTree is not null);
        foreach (var model in errors.GroupBy(e => IndexOf(Path.GetFileName(e.Location.SourceTree!.FilePath))))
        {
            var before = input.GetSemanticModel(input.SyntaxTrees[model.Key]).GetDiagnostics();
            if (!before.Any(d => d.Severity == DiagnosticSeverity.Error))
                Assert.Fail($"{model.First()}\n{sources[model.Key]}\n{model.First().Location.SourceTree}");
        }
    }

    private static void AssertSameElsewhere(CSharpCompilation input, GeneratorRunResult result)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Compiler.AssertSame(Run(input, bySymbols: false), result);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    // Text that does not parse has no one reading, and what is said of it may differ; whatever parses must be read alike.
    private static void AssertSymbolsAgree(CSharpCompilation input)
    {
        var parsed = input.RemoveSyntaxTrees(input.SyntaxTrees.Where(t => t.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error)));
        Compiler.AssertSame(Run(parsed, bySymbols: true), Run(parsed, bySymbols: false));
    }

    private static GeneratorRunResult Run(CSharpCompilation input, bool bySymbols) =>
        Compiler.Driver(input, bySymbols).RunGenerators(input).GetRunResult().Results.Single();

    // File12.cs and M12.Net.g.cs are of the same model.
    private static int IndexOf(string file) => int.Parse(string.Concat(file.SkipWhile(c => !char.IsDigit(c)).TakeWhile(char.IsDigit)), CultureInfo.InvariantCulture);
}
