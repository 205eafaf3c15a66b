using System.Globalization;
using FsCheck;
using FsCheck.NUnit;
using LayerDecayGen.Generator.Tests.Support;
using LayerDecayGen.RandomModels;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Generator.Tests.RandomModels;

/// <summary>
/// Ten thousand random models: no exception, the same text twice and under de-DE, and output that compiles wherever the input did. A batch shares a
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
        var driver = Compiler.Driver(input).RunGeneratorsAndUpdateCompilation(input, out var output, out _);
        var result = driver.GetRunResult().Results.Single();
        Assert.That(result.Exception, Is.Null);
        var findings = Compiler.Findings(input);
        Assert.That(findings.Where(d => d.Id == "LDG999"), Is.Empty, () => sources[0]);
        if (manner == Manner.Sound) AssertSound(sources, result, findings);
        AssertCompiles(sources, input, (CSharpCompilation)output);
        AssertSameElsewhere(input, result, findings);
    }

    private static void AssertSound(string[] sources, GeneratorRunResult result, IEnumerable<Diagnostic> findings)
    {
        // The writer adds blocks that not every model uses, so that an attribute in one may rightly have no effect.
        foreach (var diagnostic in findings.Where(d => d.Id != "LDG022"))
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

    private static void AssertSameElsewhere(CSharpCompilation input, GeneratorRunResult result, IEnumerable<Diagnostic> findings)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            var again = Compiler.Driver(input).RunGenerators(input).GetRunResult().Results.Single();
            Assert.That(Compiler.Describe(again, Compiler.Findings(input)), Is.EqualTo(Compiler.Describe(result, findings)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    // File12.cs and M12.Net.g.cs are of the same model.
    private static int IndexOf(string file) => int.Parse(string.Concat(file.SkipWhile(c => !char.IsDigit(c)).TakeWhile(char.IsDigit)), CultureInfo.InvariantCulture);
}
