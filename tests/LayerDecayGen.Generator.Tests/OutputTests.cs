using System.Globalization;
using LayerDecayGen.Generator.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Generator.Tests;

/// <summary>The text itself: the same everywhere, and clean under a consumer's strictest settings.</summary>
public class OutputTests
{
    [Test]
    public void TwoRunsGiveTheSameText()
    {
        var first = Compiler.Generate(Models.VisionTransformer).Text;
        var second = Compiler.Generate(Models.VisionTransformer).Text;
        Assert.That(second, Is.EqualTo(first));
    }

    [TestCase("de-DE")]
    [TestCase("fi-FI")]
    [TestCase("tr-TR")]
    public void CultureChangesNothing(string culture)
    {
        var invariant = Compiler.Generate(Models.VisionTransformer).Text;
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.That(Compiler.Generate(Models.VisionTransformer).Text, Is.EqualTo(invariant));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void LinesEndWithLineFeedsOnly() => Assert.That(Compiler.Generate(Models.VisionTransformer).Text, Does.Not.Contain('\r'));

    [TestCase(NullableContextOptions.Enable, LanguageVersion.CSharp11)]
    [TestCase(NullableContextOptions.Disable, LanguageVersion.CSharp11)]
    [TestCase(NullableContextOptions.Enable, LanguageVersion.Preview)]
    [TestCase(NullableContextOptions.Disable, LanguageVersion.Preview)]
    public void CompilesWithDocumentationAndWarningsAsErrors(NullableContextOptions nullable, LanguageVersion language)
    {
        var generated = Compiler.Generate(Compiler.Compile([Compiler.Usings + Models.VisionTransformer], nullable, language));
        using var assembly = new MemoryStream();
        using var documentation = new MemoryStream();
        var emit = generated.Compilation.Emit(assembly, xmlDocumentationStream: documentation);
        Assert.That(emit.Success, Is.True);
        Assert.That(
            emit.Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning && d.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true),
            Is.Empty);
        Assert.That(System.Text.Encoding.UTF8.GetString(documentation.ToArray()), Does.Contain("blocks.{i}"));
    }

    [Test]
    public void OldLanguageIsSaid()
    {
        var generated = Compiler.Generate(Compiler.Compile(["[LayerDecayGen.LayerDecay] public partial class Net : TorchSharp.torch.nn.Module { public Net() : base(\"\") { } }"], language: LanguageVersion.CSharp10, nullable: NullableContextOptions.Disable));
        Assert.That(generated.Ids, Is.EqualTo((string[])["LDG091"]));
        Assert.That(generated.Result.GeneratedSources, Is.Empty);
    }

    [Test]
    public void AttributeOnTwoPartsMakesOneFile()
    {
        var generated = Compiler.Generate("""
            [LayerDecay] partial class Net : Module { public Net() : base("") { } }
            [LayerDecay] partial class Net { }
            """);
        Assert.That(generated.Result.GeneratedSources, Has.Length.EqualTo(1));
    }

    [Test]
    public void NamesThatDifferInCaseMakeTwoFiles()
    {
        var generated = Compiler.Generate("""
            [LayerDecay] partial class Vgg() : Module<Tensor, Tensor>("") { [Layer(0)] Linear a = Linear(1, 1); public override Tensor forward(Tensor x) => x; }
            [LayerDecay] partial class VGG() : Module<Tensor, Tensor>("") { [Layer(0)] Linear a = Linear(1, 1); public override Tensor forward(Tensor x) => x; }
            """).Compiles();
        Assert.That(generated.Result.GeneratedSources.Select(s => s.HintName), Is.EquivalentTo((string[])["Vgg.100.g.cs", "VGG.111.g.cs"]));
    }

    [Test]
    public void PragmaAndEditorconfigReachTheWarning()
    {
        const string model = """
            [LayerDecay]
            partial class Net : Module
            {
            #pragma warning disable LDG010
                private readonly Linear silenced = Linear(1, 1);
            #pragma warning restore LDG010
                private readonly Linear reported = Linear(1, 1);
                public Net() : base("") { }
            }
            """;
        var generated = Compiler.Generate(model);
        var shown = generated.Diagnostics.Where(d => !d.IsSuppressed).Select(d => d.GetMessage(CultureInfo.InvariantCulture));
        Assert.That(shown, Has.Exactly(1).Contains("Net.reported").And.None.Contains("Net.silenced"));

        var configured = Compiler.Compile(model);
        configured = configured.WithOptions(configured.Options.WithSpecificDiagnosticOptions([new("LDG010", ReportDiagnostic.Error)]));
        Assert.That(Compiler.Generate(configured).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error), Is.Not.Empty);
    }

    [Test]
    public void GeneratedMembersNeverClash()
    {
        var generated = Compiler.Generate("""
            [LayerDecay]
            public partial class Net : Module<Tensor, Tensor>
            {
                [Layer(0)] private readonly Linear count = Linear(1, 1);
                [Layer(1)] private readonly Linear model = Linear(1, 1);
                [Layer(2)] private readonly Linear head = Linear(1, 1);
                [Layer(3)] private readonly Linear Head = Linear(1, 1);
                [Layer(4)] private readonly Linear groups = Linear(1, 1);
                [Layer(5)] private readonly Linear to_string = Linear(1, 1);
                [Layer(6)] private readonly Linear _1 = Linear(1, 1);
                [Layer(7)] private readonly Linear @class = Linear(1, 1);
                [Layer(8)] private readonly Linear compiled_layout = Linear(1, 1);
                public Net() : base("Net") => RegisterComponents();
                public override Tensor forward(Tensor x) => x;
            }
            """).Compiles();
        Assert.That(
            MatcherTests.PropertiesOf(generated.Layout("Net")),
            Is.EqualTo((string[])
                ["CountSection", "ModelSection", "Head", "Head2", "GroupsSection", "ToStringSection", "_1", "Class", "CompiledLayoutSection"]));
    }
}
