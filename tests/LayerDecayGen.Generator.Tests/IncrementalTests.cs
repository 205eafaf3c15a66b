using System.Collections;
using System.Reflection;
using LayerDecayGen.Generator.Model;
using LayerDecayGen.Generator.Parser;
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

    /// <summary>Edits far away that change what a model says: each after the other on one driver, never stale.</summary>
    [Test]
    public void WhatIsKeptIsNeverStale()
    {
        const string far = "namespace Zoo { public static class Numbers { public const int Stem = 0; public const string Path = \"head\"; } public class Base() : Module<Tensor, Tensor>(\"\") { [NoWeightDecay] Linear inner = Linear(1, 1); } public class Held : Base { } }";
        var model = Model.Replace("[Layer(0)]", "[Layer(Numbers.Stem)]").Replace("[LayerDecay(0.75)]", "[LayerDecay(0.75), NoWeightDecay(Numbers.Path)]");
        var kept = Model.Replace("class Net", "class Kept").Replace("public Net()", "public Kept()").Replace("[LastLayer]", "[LastLayer] private readonly Held held = new(); [LastLayer]");
        var compilation = Compiler.Compile([Compiler.Usings + Block, Compiler.Usings + model, Compiler.Usings + kept, Compiler.Usings + far, Other]);
        GeneratorDriver driver = Compiler.Driver(compilation).RunGenerators(compilation);
        (int File, string Before, string After)[] edits =
        [
            (3, "Stem = 0", "Stem = 1"),
            (3, "\"head\"", "\"stem\""),
            (3, "[NoWeightDecay] Linear inner", "[Frozen] Linear inner"),
            (3, "Held : Base", "Held"),
            (3, "Held {", "Held : Base {"),
            (4, "public static class Other", "public class Linear { } public static class Other"),
            (4, "public class Linear { } ", ""),
            (4, "namespace Zoo;", "global using LayerStack = LayerDecayGen.LastLayerAttribute; namespace Zoo;"),
            (0, "[NoWeightDecay] ", ""),
        ];
        var texts = new HashSet<string>();
        foreach (var (file, before, after) in edits)
        {
            var old = compilation.SyntaxTrees[file];
            compilation = compilation.ReplaceSyntaxTree(
                old, CSharpSyntaxTree.ParseText(old.ToString().Replace(before, after), (CSharpParseOptions)old.Options, old.FilePath));
            driver = driver.RunGenerators(compilation);
            var cold = Texts(Compiler.Driver(compilation).RunGenerators(compilation).GetRunResult().Results.Single());
            Assert.That(Texts(driver.GetRunResult().Results.Single()), Is.EqualTo(cold), after);
            texts.Add(string.Concat(cold));
        }

        Assert.That(texts, Has.Count.GreaterThan(6), "the edits must change something");
    }

    /// <summary>Whether an attribute is hidden may hang on a class that only a member of a member holds.</summary>
    [Test]
    public void WhatIsSaidIsNeverStale()
    {
        const string model = """
            namespace Zoo;

            [LayerDecay, Layer(1, "stem.first")]
            public partial class Net() : Module<Tensor, Tensor>("") { [Layer(0)] private readonly Stem stem = new(); public override Tensor forward(Tensor x) => x; }
            """;
        const string stem = """
            namespace Zoo;

            public class Stem() : Module<Tensor, Tensor>("") { private readonly Linear first = Linear(1, 1); private readonly Rest rest = new(); public override Tensor forward(Tensor x) => x; }
            """;
        const string rest = """
            namespace Zoo;

            public class Rest() : Module<Tensor, Tensor>("") { private readonly Dropout inner = null!; public override Tensor forward(Tensor x) => x; }
            """;
        var compilation = Compiler.Compile([Compiler.Usings + model, Compiler.Usings + stem, Compiler.Usings + rest]);
        GeneratorDriver driver = Compiler.Driver(compilation).RunGenerators(compilation);
        Assert.That(driver.GetRunResult().Diagnostics.Select(d => d.Id), Is.EqualTo((string[])["LDG021"]), "nothing is left for [Layer(0)]");

        var old = compilation.SyntaxTrees[2];
        var text = old.ToString().Replace("Dropout", "Linear");
        compilation = compilation.ReplaceSyntaxTree(old, CSharpSyntaxTree.ParseText(text, (CSharpParseOptions)old.Options, old.FilePath));
        Assert.That(driver.RunGenerators(compilation).GetRunResult().Diagnostics, Is.Empty, "the rest owns parameters now");
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
            return [.. result.TrackedSteps[TrackingNames.Parse].SelectMany(s => s.Outputs).Select(o => ((ParseResult)o.Value).Model!)];
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
