using System.Collections;
using System.Reflection;
using LayerDecayGen.Generator.Model;
using LayerDecayGen.Generator.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Generator.Tests;

/// <summary>What an edit costs: the reasons of each step over a table of edits, and what the model must not hold.</summary>
public class IncrementalTests
{
    private const string Block = """
        namespace Zoo;

        public sealed class Block : Module<Tensor, Tensor>
        {
            [NoWeightDecay] private readonly Parameter gamma = new(ones(4));
            private readonly Linear qkv = Linear(4, 4);
            public Block() : base("Block") => RegisterComponents();
            public override Tensor forward(Tensor x) => qkv.forward(x) * gamma;
        }
        """;

    private const string Model = """
        namespace Zoo;

        [LayerDecay(0.75)]
        public sealed partial class Net : Module<Tensor, Tensor>
        {
            [Layer(0)] private readonly Linear stem = Linear(4, 4);
            [LayerStack] private readonly ModuleList<Block> blocks = new();
            [LastLayer] private readonly Linear head = Linear(4, 4);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => head.forward(x);
        }
        """;

    private const string Other = "namespace Zoo; public static class Other { public static int Value => 1; }";

    /// <summary>Edits: file, text before, text after, and whether the output may change.</summary>
    private static readonly TestCaseData[] s_edits =
    [
        Edit("unrelated file", 2, "=> 1", "=> 2", changes: false),
        Edit("unrelated member", 2, "Value", "Renamed", changes: false),
        Edit("body of the model", 1, "head.forward(x)", "head.forward(stem.forward(x))", changes: false),
        Edit("comment", 1, "[LayerDecay(0.75)]", "// a comment\n[LayerDecay(0.75)]", changes: false),
        Edit("moved lines", 1, "namespace Zoo;", "namespace Zoo;\n\n\n", changes: false),
        Edit("body of the block", 0, "qkv.forward(x) * gamma", "gamma * qkv.forward(x)", changes: false),
        Edit("renamed field of the block without attribute", 0, "qkv", "proj", changes: false),
        Edit("initializer", 1, "stem = Linear(4, 4)", "stem = Linear(8, 4)", changes: false),
        Edit("rate", 1, "0.75", "0.65", changes: true),
        Edit("attribute of a member", 1, "[Layer(0)]", "[Layer(0), NoWeightDecay]", changes: true),
        Edit("renamed field", 1, "head", "fc", changes: true),
        Edit("attribute of a block in another file", 0, "[NoWeightDecay] ", "", changes: true),
        Edit("renamed annotated field of a block in another file", 0, "gamma", "gamma_1", changes: true),
    ];

    [TestCaseSource(nameof(s_edits))]
    public void StepsStayCachedUnlessTheDeclarationChanges(int file, string before, string after, bool changes)
    {
        var compilation = Compiler.Compile([Compiler.Usings + Block, Compiler.Usings + Model, Other]);
        Assert.That(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error), Is.Empty);
        var driver = Compiler.Driver(compilation).RunGenerators(compilation);

        var old = compilation.SyntaxTrees[file];
        var text = old.ToString().Replace(before, after);
        var edited = compilation.ReplaceSyntaxTree(old, CSharpSyntaxTree.ParseText(text, (CSharpParseOptions)old.Options, old.FilePath));
        Assert.That(text, Is.Not.EqualTo(old.ToString()));
        var result = driver.RunGenerators(edited).GetRunResult().Results.Single();

        var outputs = result.TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs).Select(o => o.Reason);
        Assert.That(Reasons(result, TrackingNames.Model).All(IsReused), Is.EqualTo(!changes));
        Assert.That(outputs.All(IsReused), Is.EqualTo(!changes));

        var cold = Compiler.Driver(edited).RunGenerators(edited).GetRunResult().Results.Single();
        Assert.That(Texts(result), Is.EqualTo(Texts(cold)), "incremental output must never be stale");
    }

    [Test]
    public void ModelHoldsValuesOnly()
    {
        var compilation = Compiler.Compile([Compiler.Usings + Block, Compiler.Usings + Model]);
        var result = Compiler.Driver(compilation).RunGenerators(compilation).GetRunResult().Results.Single();
        var models = result.TrackedSteps[TrackingNames.Model].SelectMany(s => s.Outputs).Select(o => o.Value).ToArray();
        Assert.That(models, Has.Length.EqualTo(1).And.All.InstanceOf<LayoutModel>());
        foreach (var model in models) Walk(model, "model", new HashSet<object>(ReferenceEqualityComparer.Instance));
    }

    [Test]
    public void EqualSourcesGiveEqualModels()
    {
        LayoutModel[] Parse()
        {
            var compilation = Compiler.Compile([Compiler.Usings + Block, Compiler.Usings + Model]);
            var result = Compiler.Driver(compilation).RunGenerators(compilation).GetRunResult().Results.Single();
            return [.. result.TrackedSteps[TrackingNames.Model].SelectMany(s => s.Outputs).Select(o => (LayoutModel)o.Value)];
        }

        var (first, second) = (Parse(), Parse());
        Assert.That(first, Is.EqualTo(second));
        Assert.That(first[0].GetHashCode(), Is.EqualTo(second[0].GetHashCode()));
    }

    private static bool IsReused(IncrementalStepRunReason reason) =>
        reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged;

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string step) =>
        result.TrackedSteps[step].SelectMany(s => s.Outputs).Select(o => o.Reason);

    private static string[] Texts(GeneratorRunResult result) => [.. result.GeneratedSources.Select(s => s.HintName + s.SourceText)];

    private static void Walk(object? value, string path, HashSet<object> seen)
    {
        if (value is null || !seen.Add(value)) return;
        Assert.That(value, Is.Not.InstanceOf<ISymbol>().And.Not.InstanceOf<SyntaxNode>().And.Not.InstanceOf<Compilation>(), path);
        Assert.That(value, Is.Not.InstanceOf<SyntaxTree>().And.Not.InstanceOf<Location>().And.Not.InstanceOf<AttributeData>(), path);
        if (value is string or Type || value.GetType().IsPrimitive) return;
        if (value is IEnumerable list)
            foreach (var item in list)
                Walk(item, path + "[]", seen);
        foreach (var field in value.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            Walk(field.GetValue(value), path + "." + field.Name, seen);
    }

    private static TestCaseData Edit(string name, int file, string before, string after, bool changes) =>
        new TestCaseData(file, before, after, changes).SetName("Edit: " + name);
}
