using LayerDecayGen.Generator.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace LayerDecayGen.Generator.Tests;

/// <summary>Models of another assembly: private members come from metadata, where it has them.</summary>
public class ForeignModelTests
{
    private const string Library = """
        namespace Vision;

        public class Bottleneck() : Module<Tensor, Tensor>("")
        {
            private readonly Conv2d conv1 = Conv2d(1, 1, 1);
            public override Tensor forward(Tensor x) => x;
        }

        public class Backbone(string name) : Module<Tensor, Tensor>(name)
        {
            private readonly Conv2d stem = Conv2d(1, 1, 1);
            protected readonly LayerNorm norm = LayerNorm(1);
            public override Tensor forward(Tensor x) => x;
        }

        public class ResNet() : Backbone("")
        {
            private readonly ModuleList<Bottleneck> layer1 = new();
            internal readonly ModuleList<Bottleneck> layer2 = new();
            private Linear Fc { get; } = Linear(1, 1);
        }
        """;

    private const string Groups = """
        [LayerDecay(0.8, For = typeof(Vision.ResNet))]
        [Layer(0, "stem"), LayerStack("layer1", Order = 0), LayerStack("layer2", Order = 1), PreviousLayer("norm"), LastLayer("Fc")]
        [NoWeightDecay("layer1.{i}.conv1.bias")]
        public static partial class ResNetGroups;
        """;

    [Test]
    public void PrivateMembersOfMetadataAreChecked()
    {
        var generated = Generate(Groups, new EmitOptions());
        Assert.That(generated.Diagnostics, Is.Empty);
        generated.Compiles();
        Assert.That(generated.Text, Does.Contain("public static Groups GetParameterGroups(this global::Vision.ResNet model, "));
        Assert.That(generated.Text, Does.Contain("Stack(\"layer1.{i}\""));
        Assert.That(generated.Text, Does.Contain("\"<Fc>k__BackingField\" =>"));
    }

    [TestCase("[Frozen(\"layr1\")]", "'ResNet' registers no 'layr1'; did you mean 'layer1'?")]
    [TestCase("[Frozen(\"layer1.{i}.conv2\")]", "'Bottleneck' registers no 'conv2'; did you mean 'conv1'?")]
    public void MisspeltPrivateMembersAreErrors(string attribute, string message) =>
        Assert.That(Generate(attribute + Groups, new EmitOptions()).Diagnostics.Single().ToString(), Does.EndWith(message));

    [Test]
    public void StrippedReferencesAreTakenAtTheirWord()
    {
        var generated = Generate(Groups.Replace("\"Fc\"", "\"<Fc>k__BackingField\""), new EmitOptions(metadataOnly: true, includePrivateMembers: false));
        Assert.That(generated.Diagnostics, Is.Empty);
        Assert.That(generated.Text, Does.Contain("\"layer1\" when "));
    }

    [Test]
    public void SourceModelOfTheSameAssemblyWorksToo()
    {
        var generated = Compiler.Generate(Compiler.Compile([Compiler.Usings + Library, Compiler.Usings + Groups]));
        Assert.That(generated.Diagnostics, Is.Empty);
        generated.Compiles();
    }

    [Test]
    public void InternalModelGetsInternalExtensions()
    {
        var generated = Compiler.Generate("""
            [LayerDecay(For = typeof(Net)), Layer(0, "a")]
            public static partial class NetGroups;
            internal class Net() : Module<Tensor, Tensor>("") { private readonly Linear a = Linear(1, 1); public override Tensor forward(Tensor x) => x; }
            """).Compiles();
        Assert.That(generated.Text, Does.Contain("internal static Groups GetParameterGroups(this global::Net model"));
    }

    private static Generated Generate(string source, EmitOptions emit)
    {
        var library = Compiler.Compile([Compiler.Usings + Library], name: "Vision");
        using var stream = new MemoryStream();
        Assert.That(library.Emit(stream, options: emit).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error), Is.Empty);
        var compilation = Compiler.Compile(source);
        return Compiler.Generate(compilation.AddReferences(MetadataReference.CreateFromImage(stream.ToArray())));
    }
}
