using System.Globalization;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Generator.Tests.Rules;

/// <summary>Each rule that the generator reports: its words, its place, and the nearest source on which it is silent.</summary>
public class GeneratorRuleTests
{
    [Test]
    public void NotPartialNamesTheWholeChain() => Reports(
        "class Outer { partial class Middle { [LayerDecay] class {|Net|} : Module<Tensor, Tensor> { public Net() : base(\"\") { } } } }",
        "LDG001: 'Net' carries [LayerDecay], so 'Net' and 'Outer' must be declared partial");

    [Test]
    public void PartialChainIsFine() => Silent(
        "partial class Outer { partial struct Middle { [LayerDecay] partial class Net : Module<Tensor, Tensor> { [Layer(0)] Linear a = null!; public Net() : base(\"\") { } } } }");

    [Test]
    public void NotAModule() => Reports(
        "[LayerDecay] partial class {|Net|} { }",
        "LDG002: 'Net' carries [LayerDecay] but is no class that derives from torch.nn.Module; for a model of another assembly write [LayerDecay(For = typeof(TheModel))] on a static partial class");

    [TestCase("[LayerDecay(For = typeof(M))] partial class {|G|} { }", "the class must be static; a class that is the model itself needs no For")]
    [TestCase("partial class Outer { [LayerDecay(For = typeof(M))] static partial class {|G|} { } }", "extension methods need a class that is not nested")]
    [TestCase("[LayerDecay(For = typeof(M))] static partial class {|G|}<T> { }", "extension methods need a class that is not generic")]
    [TestCase("[LayerDecay(For = typeof(N<>))] static partial class {|G|} { }", "a generic model needs its type arguments")]
    [TestCase("[LayerDecay(For = typeof(string))] static partial class {|G|} { }", "it does not derive from torch.nn.Module")]
    public void ForMisuse(string source, string reason)
    {
        var model = source.Contains("N<>", StringComparison.Ordinal) ? "N" : source.Contains("string", StringComparison.Ordinal) ? "String" : "M";
        Reports(
            source + " class M() : Module<Tensor, Tensor>(\"\"); class N<T>() : Module<Tensor, Tensor>(\"\");",
            $"LDG003: [LayerDecay(For = typeof({model}))] on 'G' cannot work: {reason}");
    }

    [Test]
    public void ForOnAStaticPartialClass() => Silent(
        "[LayerDecay(For = typeof(M)), Layer(0, \"a\")] static partial class G { } class M() : Module<Tensor, Tensor>(\"\") { Linear a = null!; }");

    [TestCase("int {|Groups|};", "Groups")]
    [TestCase("class {|Groups|} { }", "Groups")]
    [TestCase("void {|GetParameterGroups|}(int x) { }", "GetParameterGroups")]
    public void NameTaken(string member, string name) => Reports(
        Net("[Layer(0)] Linear a = null!; " + member),
        $"LDG004: 'Net' declares '{name}' itself, which [LayerDecay] generates; rename it");

    [Test]
    public void OtherMembersAreFine() => Silent(Net("[Layer(0)] Linear a = null!; int groups; void GetParameterGroups() { }"));

    [Test]
    public void FileLocal() => Reports(
        "[LayerDecay] file partial class {|Net|}() : Module<Tensor, Tensor>(\"\") { [Layer(0)] Linear a = null!; }",
        "LDG005: 'Net' is file-local, so generated code in another file cannot extend it; make it internal, or private inside another class");

    [Test]
    public void PrivateNestedIsFine() => Silent(
        "partial class Outer { [LayerDecay] private partial class Net() : Module<Tensor, Tensor>(\"\") { [Layer(0)] Linear a = null!; } }");

    [TestCase("Linear")]
    [TestCase("Module<Tensor, Tensor>")]
    [TestCase("Parameter")]
    [TestCase("ModuleList<Linear>")]
    [TestCase("Sequential")]
    [TestCase("Holder")]
    public void Unassigned(string type) => Reports(
        Net($"[Layer(0)] Linear a = null!; {type} {{|rest|}} = null!;") + "class Holder() : Module<Tensor, Tensor>(\"\") { Linear inner = null!; }",
        "LDG010: 'Net.rest' can own parameters but is in no layer; add [Layer(n)], [LayerStack], [NextLayer], [PreviousLayer] or [LastLayer]");

    [TestCase("ReLU rest = null!;")]
    [TestCase("Dropout rest = null!;")]
    [TestCase("Tensor buffer = null!;")]
    [TestCase("int number;")]
    [TestCase("static Linear shared = null!;")]
    [TestCase("Empty rest = null!;")]
    [TestCase("Module<Tensor, Tensor> act = ReLU();")]
    [TestCase("Annotated rest = null!;")]
    public void WhatOwnsNothingNeedsNoLayer(string member) => Silent(
        Net("[Layer(0)] Linear a = null!; " + member) + """
            class Empty() : Module<Tensor, Tensor>("") { ReLU inner = null!; }

            """ + (member.StartsWith("Annotated", StringComparison.Ordinal) ? "class Annotated() : Module<Tensor, Tensor>(\"\") { [Layer(1)] Linear inner = null!; }" : ""));

    [Test]
    public void TwoLayersOnOneMember() => Reports(
        Net("[Layer(0), {|LastLayer|}] Linear a = null!;"), "LDG011: [LastLayer] puts 'Net.a' into a layer, but [Layer(0)] does so already; keep one");

    [Test]
    public void StackAndLayerOnOneMember() => Reports(
        Net("[LayerStack, {|Layer(1)|}] ModuleList<Linear> a = null!;"), "LDG011: [Layer(1)] puts 'Net.a' into a layer, but [LayerStack] does so already; keep one");

    [Test]
    public void PathClaimsWhatAMemberClaims() => Reports(
        Net("[Layer(0)] Linear a = null!;", "[{|Layer(1, \"a\")|}]"), "LDG011: [Layer(1, \"a\")] puts 'Net.a' into a layer, but [Layer(0)] does so already; keep one");

    [Test]
    public void LayerAndFacetsCompose() => Silent(Net("[Layer(0), NoWeightDecay, LearningRateScale(2)] Linear a = null!; [Layer(1), WeightDecay(0.1)] Linear b = null!;"));

    [TestCase("Linear", "Linear")]
    [TestCase("LSTM", "LSTM")]
    [TestCase("Parameter", "Parameter")]
    [TestCase("Holder", "Holder")]
    public void StackWithoutChildren(string type, string shown) => Reports(
        Net($"[{{|LayerStack|}}] {type} a = null!;") + "class Holder() : Module<Tensor, Tensor>(\"\") { Linear inner = null!; }",
        $"LDG012: [LayerStack] on 'a' finds no indexed children in its type '{shown}'; it takes a ModuleList, Sequential, ModuleDict, ParameterList or TransformerEncoder, a module that holds one of them, or a path with a hole such as \"block_{{i}}\"");

    [TestCase("ModuleList<Linear>")]
    [TestCase("ModuleDict<Linear>")]
    [TestCase("Sequential")]
    [TestCase("Stacked")]
    [TestCase("ParameterList")]
    [TestCase("TransformerDecoder")]
    [TestCase("Module<Tensor, Tensor>")]
    [TestCase("Module")]
    public void StackOnWhatMayHaveChildren(string type) => Silent(
        Net($"[LayerStack] {type} a = null!;") + "class Stacked() : Sequential(System.Array.Empty<Module<Tensor, Tensor>>()) { }");

    [Test]
    public void NothingBeforeThePreviousLayer() => Reports(
        Net("[{|PreviousLayer|}] Linear a = null!; [Layer(0)] Linear b = null!;"),
        "LDG013: [PreviousLayer] on 'a' has no layer to share: no [Layer], [LayerStack] or [NextLayer] opens before it; members open as they are written, paths in the order of the attributes on their class; put it after one of them, or give it [Layer(0)]");

    [Test]
    public void PreviousLayerAfterAStack() => Silent(Net("[LayerStack] ModuleList<Linear> a = null!; [PreviousLayer] Linear b = null!;"));

    [Test]
    public void OrderOnSomeStacks() => Reports(
        Net("[LayerStack(Order = 1)] ModuleList<Linear> a = null!; [{|LayerStack|}] ModuleList<Linear> b = null!;"),
        "LDG014: 'Net': [LayerStack] states no Order while [LayerStack(Order = 1)] does; state it on every [LayerStack] and [NextLayer], or on none");

    [Test]
    public void OrderOnAllStacks() => Silent(Net("[LayerStack(Order = 1)] ModuleList<Linear> a = null!; [LayerStack(Order = 1)] ModuleList<Linear> b = null!;"));

    [TestCase("int Depth(int index) => 0;")]
    [TestCase("static long Depth(int index) => 0;")]
    [TestCase("static int Depth(int stage, int index) => 0;")]
    [TestCase("static int Other(int index) => 0;")]
    public void LayerOfWithoutFittingMethod(string method) => Reports(
        Net("[{|LayerStack(LayerOf = \"Depth\")|}] ModuleList<Linear> a = null!; " + method),
        "LDG015: [LayerStack(LayerOf = \"Depth\")]: 'Net' has no accessible method 'Depth' of the form 'static int Depth(int index)'");

    [Test]
    public void LayerOfWithMethod() => Silent(Net("[LayerStack(LayerOf = nameof(Depth))] ModuleList<Linear> a = null!; private static int Depth(int index) => 0;"));

    [Test]
    public void Gap() => Reports(
        Net("[Layer(0)] Linear a = null!; [{|Layer(2)|}] Linear b = null!;"), "LDG016: [Layer(2)] of 'Net' leaves layer 1 empty; number the layers without gaps");

    [Test]
    public void StackMayFillTheGap() => Silent(Net("[Layer(0)] Linear a = null!; [LayerStack] ModuleList<Linear> s = null!; [Layer(5)] Linear b = null!;"));

    [Test]
    public void TooDeep() => Reports(
        Net("[{|LayerStack(\"{a}.{b}.{c}.{d}.{e}\")|}] ModuleList<Module<Tensor, Tensor>> s = null!;"),
        "LDG017: [LayerStack(\"{a}.{b}.{c}.{d}.{e}\")]: 's.{i}.{j}.{k}.{l}.{m}' has more than 4 indices; mark a list further out");

    [Test]
    public void DeepEnough() => Silent(Net("[LayerStack(\"{a}.{b}.{c}.{d}\")] ModuleList<Module<Tensor, Tensor>> s = null!;"));

    [Test]
    public void NoLayers() => Reports(
        "[LayerDecay] partial class {|Net|}() : Module<Tensor, Tensor>(\"\") { }",
        "LDG018: 'Net' carries [LayerDecay], but no member or path of it has a layer; add [Layer(n)], [LayerStack] or [LastLayer]");

    [Test]
    public void OneLayerIsEnough() => Silent(Net("[LastLayer] Linear a = null!;"));

    [TestCase("NoWeightDecay(\"pos_embd\")", "Net", "pos_embd", "; did you mean 'pos_embed'?")]
    [TestCase("NoWeightDecay(\"pos_embed.\")", "Parameter", "", "")]
    [TestCase("Frozen(\"holder.iner\")", "Holder", "iner", "; did you mean 'inner'?")]
    [TestCase("Frozen(\"holder.inner.wieght\")", "Linear", "wieght", "; did you mean 'weight'?")]
    [TestCase("Frozen(\"list.{i}.bais\")", "Linear", "bais", "; did you mean 'bias'?")]
    [TestCase("Frozen(\"based.iner\")", "Holder", "iner", "; did you mean 'inner'?")]
    [TestCase("Frozen(\"attn.in_proj\")", "MultiheadAttention", "in_proj", "; did you mean 'in_proj_weight'?")]
    [TestCase("Frozen(\"something.else\")", "Net", "something", "")]
    [TestCase("Frozen(\"block_{k}\")", "Net", "block_{i}", "")]
    public void PathThatMatchesNothing(string attribute, string holder, string name, string hint) => Reports(
        Holder("[{|" + attribute + "|}]"), $"LDG020: [{attribute}] matches no parameter of 'Net': '{holder}' registers no '{name}'{hint}");

    [TestCase("NoWeightDecay(\"pos_embed\")")]
    [TestCase("Frozen(\"holder.inner.weight\")")]
    [TestCase("Frozen(\"list.3.bias\")")]
    [TestCase("Frozen(\"based.inner\")")]
    [TestCase("Frozen(\"unknown.anything.goes\")")]
    [TestCase("Frozen(\"attn.out_proj.bias\")")]
    public void PathThatMatches(string attribute) => Silent(Holder("[" + attribute + "]"));

    [TestCase("[Layer(0), NoWeightDecay, {|WeightDecay(0.1)|}] Linear a = null!;", "LDG021: [WeightDecay(0.1)] on 'a' has no effect: [NoWeightDecay] on the same member hides it")]
    [TestCase("[Layer(0), Frozen, {|LearningRateScale(0.1)|}] Linear a = null!;", "LDG021: [LearningRateScale(0.1)] on 'a' has no effect: [Frozen] on the same member hides it")]
    [TestCase(
        "[{|LayerStack(LayerOf = nameof(D), BlocksPerLayer = 2)|}] ModuleList<Linear> a = null!; static int D(int i) => i;",
        "LDG021: [LayerStack(LayerOf = nameof(D), BlocksPerLayer = 2)] on 'a' has no effect: LayerOf on the same member hides it")]
    [TestCase("[Layer(0), {|WeightDecay(0.1)|}, Frozen] Linear a = null!;", "LDG021: [WeightDecay(0.1)] on 'a' has no effect: [Frozen] on the same member hides it")]
    public void Hidden(string member, string message) => Reports(Net(member), message);

    [TestCase("Frozen(\"pos_embed\"), {|Frozen(\"pos_embed\")|}", "pos_embed", "[Frozen(\"pos_embed\")]")]
    [TestCase("NoWeightDecay(\"holder\"), {|NoWeightDecay(\"holder.inner\")|}", "inner", "[NoWeightDecay(\"holder\")]")]
    [TestCase("{|NoWeightDecay(\"holder.inner.bias\")|}, NoWeightDecay(\"holder\")", "bias", "[NoWeightDecay(\"holder\")]")]
    [TestCase("{|LearningRateScale(2, \"holder.inner\")|}, Frozen(\"holder\")", "inner", "[Frozen(\"holder\")]")]
    [TestCase("Frozen, {|Frozen(\"holder\")|}", "holder", "[Frozen] on the class")]
    [TestCase("{|WeightDecay(0.1, \"holder\")|}, WeightDecay(0.2, \"holder\")", "holder", "[WeightDecay(0.2, \"holder\")]")]
    [TestCase("WeightDecay(0.1, \"holder\"), {|NoWeightDecay(\"list.{i}.bias\")|}, NoWeightDecay(\"list\")", "bias", "[NoWeightDecay(\"list\")]")]
    public void HiddenByAPath(string attributes, string on, string by)
    {
        var hidden = attributes[(attributes.IndexOf("{|", StringComparison.Ordinal) + 2)..attributes.IndexOf("|}", StringComparison.Ordinal)];
        Reports(Holder($"[{attributes}]"), $"LDG021: [{hidden}] on '{on}' has no effect: {by} hides it");
    }

    [Test]
    public void HiddenByLayersFurtherIn() => Reports(
        Net("[{|Layer(0)|}] Pair pair = null!; [LastLayer] Linear head = null!;", "[Layer(0, \"pair.first\"), Layer(1, \"pair.second.weight\"), Layer(1, \"pair.second.bias\")]") + Pair,
        "LDG021: [Layer(0)] on 'pair' has no effect: a layer of its own for each member below hides it");

    [TestCase("Layer(1, \"pair.first\")")]
    [TestCase("Layer(1, \"pair.first\"), Layer(1, \"pair.second.weight\")")]
    [TestCase("Frozen(\"pair.first\"), NoWeightDecay(\"pair.second\"), WeightDecay(0.1, \"pair.second.weight\")")]
    [TestCase("NoWeightDecay(\"pair\"), WeightDecay(0.1, \"pair.second\"), NoWeightDecay(\"pair.second.bias\")")]
    [TestCase("LearningRateScale(2, \"pair\"), LearningRateScale(2, \"pair\")")]
    [TestCase("Frozen(\"pair\")")]
    public void NothingHidden(string attributes) => Silent(Net("[Layer(0)] Pair pair = null!;", $"[{attributes}]") + Pair);

    private const string Pair =
        "class Pair() : Module<Tensor, Tensor>(\"\") { [NoWeightDecay] Linear first = null!; Linear second = null!; ReLU act = null!; }";

    [TestCase("0")]
    [TestCase("-0.5")]
    [TestCase("1.0001")]
    [TestCase("double.NaN")]
    [TestCase("double.PositiveInfinity")]
    public void RateOutOfRange(string rate) => Reports(
        $"[{{|LayerDecay({rate})|}}] partial class Net() : Module<Tensor, Tensor>(\"\") {{ [Layer(0)] Linear a = null!; }}",
        $"LDG030: The layer decay rate {rate.Replace("double.", "").Replace("PositiveInfinity", "Infinity")} of 'Net' is outside (0, 1]; 1 means no decay, usual rates are 0.65 to 0.9");

    [TestCase("1")]
    [TestCase("0.0001")]
    [TestCase("")]
    public void RateInRange(string rate) => Silent($"[LayerDecay({rate})] partial class Net() : Module<Tensor, Tensor>(\"\") {{ [Layer(0)] Linear a = null!; }}");

    [TestCase("Layer(-1)", "the layer must be 0 or above")]
    [TestCase("LayerStack(BlocksPerLayer = 0)", "BlocksPerLayer must be 1 or above")]
    [TestCase("LayerStack(Count = -3)", "Count must be 0 or above")]
    [TestCase("WeightDecay(-0.1)", "the weight decay must be a finite number of 0 or above")]
    [TestCase("LearningRateScale(double.NaN)", "the scale must be a finite number of 0 or above")]
    public void NumberOutOfRange(string attribute, string complaint) => Reports(
        Net("[{|" + attribute + "|}] ModuleList<Linear> a = null!;"), $"LDG031: [{attribute}] on 'a': {complaint}");

    [Test]
    public void NumbersInRange() => Silent(Net("[LayerStack(BlocksPerLayer = 1, Count = 0), WeightDecay(0), LearningRateScale(0)] ModuleList<Linear> a = null!;"));

    [Test]
    public void OldLanguage()
    {
        const string source = "[LayerDecayGen.LayerDecay] public partial class Net : TorchSharp.torch.nn.Module { public Net() : base(\"\") { } }";
        var generated = Compiler.Generate(Compiler.Compile([source], NullableContextOptions.Disable, LanguageVersion.CSharp10));
        Assert.That(generated.Diagnostics.Select(d => d.GetMessage(CultureInfo.InvariantCulture)), Does.Contain("The code generated for 'Net' needs C# 11 or later, the project uses 10.0; raise LangVersion"));
        Assert.That(generated.Result.GeneratedSources, Is.Empty);
    }

    [Test]
    public void NewEnoughLanguage() =>
        Assert.That(Compiler.Generate(Compiler.Compile([Compiler.Usings + Models.VisionTransformer], language: LanguageVersion.CSharp11)).Diagnostics, Is.Empty);

    [Test]
    public void WhateverFailsIsSaidOnTheType()
    {
        var result = ModelReader.Guard("Net", Location.None, () => [], _ => throw new InvalidOperationException("what happened"));
        Assert.That(result.Model, Is.Null);
        Assert.That(
            result.Findings.Single().ToString(),
            Does.EndWith("error LDG999: Generating parameter groups for 'Net' failed with InvalidOperationException: what happened; please report it with the class"));
        Assert.That(
            () => ModelReader.Guard("Net", Location.None, () => [], _ => throw new OperationCanceledException()),
            Throws.InstanceOf<OperationCanceledException>(),
            "cancellation is no failure");
    }

    [Test]
    public void NothingUnforeseen() => Silent(Models.VisionTransformer);

    private static string Net(string members, string attributes = "") =>
        $"[LayerDecay] {attributes} partial class Net : Module<Tensor, Tensor> {{ {members} public Net() : base(\"\") {{ }} }}\n";

    private static string Holder(string attributes) => Net(
        """
        [Layer(0)] Parameter pos_embed = null!;
        [Layer(0)] Holder holder = null!;
        [Layer(0)] ModuleList<Linear> list = null!;
        [Layer(0)] Module<Tensor, Tensor> based = new Holder();
        [Layer(0)] Module<Tensor, Tensor> unknown = null!;
        [Layer(0)] MultiheadAttention attn = null!;
        """,
        attributes) + "class Holder() : Module<Tensor, Tensor>(\"\") { Linear inner = null!; }";

    // The place of the diagnostic is marked in the source as {|here|}.
    private static void Reports(string marked, string expected)
    {
        var source = marked.Replace("{|", "").Replace("|}", "");
        var start = marked.IndexOf("{|", StringComparison.Ordinal);
        var length = marked.IndexOf("|}", StringComparison.Ordinal) - start - 2;
        var generated = Compiler.Generate(source);
        Assert.That(generated.Diagnostics.Select(d => $"{d.Id}: {d.GetMessage(CultureInfo.InvariantCulture)}"), Is.EqualTo((string[])[expected]));
        var location = generated.Diagnostics[0].Location;
        Assert.That(location.IsInSource, Is.True);
        Assert.That(location.SourceTree!.ToString().Substring(location.SourceSpan.Start, location.SourceSpan.Length), Is.EqualTo(source.Substring(start, length)));
        Assert.That(generated.Result.GeneratedSources.Any(), Is.EqualTo(generated.Diagnostics[0].Severity != DiagnosticSeverity.Error));
    }

    private static void Silent(string source)
    {
        var generated = Compiler.Generate(source);
        Assert.That(generated.Diagnostics, Is.Empty);
        Assert.That(generated.Result.GeneratedSources, Is.Not.Empty);
    }
}
