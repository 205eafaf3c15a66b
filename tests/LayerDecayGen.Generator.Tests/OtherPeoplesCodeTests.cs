using System.Text;
using LayerDecayGen.Generator.Tests.Support;
using static LayerDecayGen.Generator.Tests.Analyzers.Analysis;

namespace LayerDecayGen.Generator.Tests;

/// <summary>
/// What people write that no example shows: attributes that can do nothing, names that generated code uses itself, types without an end.
/// The layers of such models are in LayerDecayGen.Tests/Generated/ForeignShapesTests.cs.
/// </summary>
public sealed class OtherPeoplesCodeTests
{
    private const string Body = "public override Tensor forward(Tensor x) => x;";

    [TestCase("[LastLayer] private readonly Linear norm;")]
    [TestCase("private readonly Linear norm;")]
    [TestCase("private Linear norm;")]
    public void AMemberThatNobodyAssignsAsksForNothing(string member)
    {
        var generated = Compiler.Generate("#nullable disable\n" + Net("[Layer(0)] readonly Linear stem = Linear(1, 1); " + member));
        Assert.That(generated.Ids, Is.Empty);
        Assert.That(generated.Layout("Net").Sections.Skip(1), Is.All.Property("Optional").True);
    }

    [TestCase("public Linear norm;")]
    [TestCase("private Linear norm; public void Fill(ref Linear x) { } public void Call() => Fill(ref norm);")]
    [TestCase("private Linear norm, other; public void Call() => (norm, other) = (Linear(1, 1), null);")]
    public void WhatOthersOrAMethodMayAssignStillNeedsALayer(string member) =>
        Assert.That(Compiler.Generate("#nullable disable\n" + Net("[Layer(0)] readonly Linear stem = Linear(1, 1); " + member)).Ids, Does.Contain("LDG010"));

    [Test]
    public Task AListThatIsBuiltOnceOrThrownAwayIsNoSecondPlace() => ReportsMarkedLines(Compiler.Usings + $$"""
        public class Net : Module<Tensor, Tensor>
        {
            private readonly Linear a = Linear(2, 2), b = Linear(2, 2);
            public Net() : base("n") => RegisterComponents();
            public override Tensor forward(Tensor x)
            {
                foreach (var l in ModuleList(new Linear[] { a, b })) x = l.call(x);
                foreach (var l in ModuleList(new Linear[] { a, b })) x = l.call(x);
                for (var list = ModuleList(a, a); list.Count < 0;) { }
                var local = ModuleList(a, a);
                for (var i = 0; i < 2; i++) x = ModuleList(a)[0].call(local[i].call(x));
                return x;
            }
        }
        public class Kept : Module<Tensor, Tensor>
        {
            private readonly ModuleList<Linear> list;
            public Kept() : base("k")
            {
                var one = Linear(2, 2);
                list = ModuleList(one, one); // LDG049
                RegisterComponents();
            }
            {{Body}}
        }
        """, CheckAllModules);

    [Test]
    public Task NamesDoubledByTheHolderAndDotsInInterpolatedNames() => ReportsMarkedLines(Compiler.Usings + $$"""
        [LayerDecay]
        public partial class Net : Module<Tensor, Tensor>
        {
            [LastLayer] private readonly Head h = new();
            public Net() : base("n") => RegisterComponents();
            {{Body}}
        }
        public class Head : Module<Tensor, Tensor>
        {
            private readonly Linear _key = Linear(2, 2);
            public Head() : base("h")
            {
                register_module("key", _key); // LDG046
                for (var i = 0; i < 2; i++) register_module($"model.layers.{i}", Linear(2, 2)); // LDG046
                for (var i = 0; i < 2; i++) register_module($"layer_{i}", Linear(2, 2));
            }
            {{Body}}
        }
        """);

    [TestCase("[Layer(0)] int width = 1;", "'int' is neither a module nor a parameter")]
    [TestCase("[Frozen] double p = 0;", "'double' is neither a module nor a parameter")]
    [TestCase("[NoWeightDecay] string s = \"\";", "'string' is neither a module nor a parameter")]
    [TestCase("[Layer(0)] static readonly Linear Shared = Linear(2, 2);", "a static member belongs to no model")]
    [TestCase("[Layer(0)] Linear Stem => head;", "a computed property holds nothing")]
    [TestCase("[Layer(0)] Holder holder = new();", "'Holder' is neither a module nor a parameter")]
    [TestCase("[Layer(0)] System.Lazy<Linear> lazy = new(() => Linear(2, 2));", "RegisterComponents does not look into 'Lazy'")]
    [TestCase("[Layer(0)] System.Func<Linear> make = () => Linear(2, 2);", "neither a module nor a parameter")]
    [TestCase("[Layer(0)] Dropout drop = Dropout();", "'Dropout' owns no parameters")]
    [TestCase("[Layer(0)] Wrapper act = new();", "'Wrapper' owns no parameters")]
    public void AnAttributeThatCanDoNothingIsSaid(string member, string reason)
    {
        var generated = Compiler.Generate(Net("[LastLayer] readonly Linear head = Linear(2, 2); " + member) + $$"""
            class Holder { public Linear inner = Linear(2, 2); }
            class Wrapper() : Module<Tensor, Tensor>("") { readonly ReLU act = ReLU(); {{Body}} }
            """);
        Assert.That(generated.Diagnostics.Where(static d => d.Id == "LDG024").Select(static d => d.GetMessage()), Has.One.Contains(reason));
    }

    [Test]
    public void ARecordIsNoModule() => Assert.That(
        Compiler.Findings(Compiler.Compile("[LayerDecay] partial record Net { [Layer(0)] Linear a = Linear(1, 1); }")).Select(static d => d.Id), Does.Contain("LDG002"));

    [Test]
    public void AModelWithoutTheAttributeIsToldToCarryIt() => Assert.That(
        Compiler.Findings(Compiler.Compile(Net("[Layer(0)] Linear a = Linear(1, 1);").Replace("[LayerDecay]", ""))).Single().GetMessage(),
        Does.Contain("put [LayerDecay(rate)] on 'Net'"));

    [Test]
    public void AClassCalledGroupsIsSaid() =>
        Assert.That(Compiler.Generate(Net("[Layer(0)] Linear a = Linear(1, 1);").Replace("Net", "Groups")).Ids, Is.EqualTo((string[])["LDG004"]));

    [TestCase("static int @class(int i) => i;", "@class")]
    [TestCase("static int @var(int i) => i;", "@var")]
    [TestCase("[System.Obsolete(\"x\", true)] static int Depth(int i) => i;", "Depth")]
    public void ALayerOfOfAnyNameCompiles(string method, string name) =>
        Compiler.Generate(Net($"[LayerStack(LayerOf = nameof({name}), Count = 4)] readonly ModuleList<Linear> a = new(); {method}")).Layout("Net");

    [TestCase("CompiledLayout")]
    [TestCase("LayerDecayGen, TorchSharp")]
    public void TypeParametersMayBeCalledAnything(string parameters) => Assert.That(
        Compiler.Generate(Net("[Layer(0)] readonly Linear a = Linear(1, 1);").Replace("class Net", $"class Net<{parameters}>")).Compiles().Text, Is.Not.Empty);

    [Test]
    public void AClassMayBeCalledVar() => Compiler.Generate(
        Net("[LayerStack] readonly ModuleList<Linear> a = new();") + "class @var; class LDG;").Compiles();

    [Test]
    public void ALongNameIsShortenedInTheNameOfItsFile()
    {
        var (first, second) = (new string('A', 200) + "1", new string('A', 200) + "2");
        var both = Compiler.Generate(
            Net("[Layer(0)] readonly Linear a = Linear(1, 1);").Replace("Net", first) + Net("[Layer(0)] readonly Linear a = Linear(1, 1);").Replace("Net", second)).Compiles();
        Assert.That(both.Result.GeneratedSources.Select(static s => s.HintName), Is.Unique.And.All.Length.LessThanOrEqualTo(105));
    }

    [TestCase("class G<T>() : Module<Tensor, Tensor>(\"\") { readonly G<G<T>>? g = null; }")]
    [TestCase("class G<T>() : Module<Tensor, Tensor>(\"\") { readonly ModuleList<G<T[]>> g = new(); }")]
    [TestCase("class G<T>() : H<G<G<T>>>; class H<T>() : Module<Tensor, Tensor>(\"\") { readonly T? h; }")]
    public void GenericsThatGrowComeToAnEnd(string type) =>
        Assert.That(Compiler.Generate(Net("[LastLayer] readonly G<string> h = new();") + type.Replace("{", "{ " + Body)).Ids, Is.Empty);

    [Test]
    public async Task ManyMembersAndDeepTreesComeToAnEnd()
    {
        var wide = new StringBuilder();
        for (var i = 0; i < 2000; i++) wide.Append("[Layer(0)] readonly Linear l").Append(i).Append(" = Linear(1, 1);");
        var tree = new StringBuilder("[LastLayer] readonly N0 root = new();}");
        for (var i = 0; i < 12; i++)
            tree.Append("class N").Append(i).Append("() : Module<Tensor, Tensor>(\"\") {").Append(Body).Append("[NoWeightDecay] readonly N").Append(i + 1)
                .Append(" a = new(); readonly N").Append(i + 1).Append(" b = new(); }");
        tree.Append("class N12() : Module<Tensor, Tensor>(\"\") { readonly Linear l = Linear(1, 1); ").Append(Body);
        foreach (var members in new[] { wide.ToString(), tree.ToString() })
        {
            var source = Compiler.Usings + Net(members);
            Assert.That(await Run(source), Has.None.Property("Severity").EqualTo(Microsoft.CodeAnalysis.DiagnosticSeverity.Error));
            Assert.That(Compiler.Generate(Compiler.Compile([source])).Text, Is.Not.Empty);
        }
    }

    private static string Net(string members) => $$"""
        [LayerDecay] partial class Net : Module<Tensor, Tensor>
        {
            public Net() : base("n") { RegisterComponents(); } {{Body}}
            {{members}}
        }

        """;
}
