using LayerDecayGen.Generator.Tests.Support;
using LayerDecayGen.References;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Generator.Tests.Schedules;

/// <summary>Lengths in epochs and in updates do not mix in one schedule: the compiler refuses.</summary>
[TestFixture]
public sealed class UnitsDoNotMixTests
{
    [TestCase("Cosine(from: 5.Epochs(), to: 50.Epochs())", true)]
    [TestCase("Cosine(from: 500.Updates(), to: 5000.Updates(), period: 100.Updates())", true)]
    [TestCase("Cosine(from: 5.Epochs(), to: 500.Updates())", false)]
    [TestCase("Cosine(from: 5.Epochs(), to: 50.Epochs(), period: 100.Updates())", false)]
    [TestCase("MultiStep([8.Epochs(), 11.Updates()])", false)]
    [TestCase("MultiStep([8.Epochs()], from: 100.Updates())", false)]
    [TestCase("MaeSchedule.Cosine(500.Updates(), 50.Epochs())", false)]
    [TestCase("MaeSchedule.Cosine(5.Epochs(), 50.Epochs())", true)]
    [TestCase("LinearWarmup(5)", false)]
    [TestCase("TimmSchedule.Cosine(300.Epochs(), warmup: 500.Updates())", false)]
    public void OneUnitASchedule(string expression, bool compiles)
    {
        var source = $$"""
            using LayerDecayGen;
            using LayerDecayGen.References;
            using static LayerDecayGen.Schedule;
            static class Use { static Schedule Make() => {{expression}}; }
            """;
        var compilation = CSharpCompilation.Create(
            "use",
            [CSharpSyntaxTree.ParseText(source)],
            [.. CompilerReferences.Framework, CompilerReferences.Of<Schedule>(), CompilerReferences.Of<TimmNoise>()],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var errors = compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).ToArray();
        Assert.That(errors.Select(e => e.Id), compiles ? Is.Empty : Is.Not.Empty.And.All.AnyOf("CS0315", "CS0411", "CS1503"));
    }
}
