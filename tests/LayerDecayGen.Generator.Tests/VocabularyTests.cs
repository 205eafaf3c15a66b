using LayerDecayGen.Generator.Tests.Support;
using LayerDecayGen.Layout;

namespace LayerDecayGen.Generator.Tests;

/// <summary>Every attribute and every way to declare a model, by what the compiled matcher says of registered names.</summary>
public class VocabularyTests
{
    private const string Body = "public override Tensor forward(Tensor x) => x;";

    [Test]
    public void StackOfStacksIsNumberedThrough()
    {
        var layout = Layout("""
            [LayerStack] ModuleList<Stage> layers = new();
            [LastLayer] Linear head = Linear(1, 1);
            """, $$"""
            class Stage() : Module<Tensor, Tensor>("")
            {
                [PreviousLayer] readonly Conv2d downsample = Conv2d(1, 1, 1);
                [LayerStack] readonly ModuleList<Linear> blocks = new();
                readonly LayerNorm norm = LayerNorm(1);
                {{Body}}
            }
            """);
        Assert.That(Paths(layout), Is.EqualTo((string[])["layers.{i}.blocks.{j}", "head"]));
        Assert.That(Describe(layout, "layers.2.blocks.11.weight"), Is.EqualTo("Layers[2][11]"));
        Assert.That(Match(layout, "layers.2.downsample.weight"), Is.EqualTo(new LayoutMatch(0, 2, -1)));
        Assert.That(Match(layout, "layers.2.norm.weight"), Is.EqualTo(new LayoutMatch(0, 2, -1)));
    }

    [Test]
    public void ListOfStagesWithoutAttributeIsTheSame()
    {
        var layout = Layout("ModuleList<Stage> layers = new();", $$"""
            class Stage() : Module<Tensor, Tensor>("")
            {
                [LayerStack] readonly ModuleList<Linear> blocks = new();
                readonly LayerNorm norm = LayerNorm(1);
                {{Body}}
            }
            """);
        Assert.That(Match(layout, "layers.2.blocks.1.weight"), Is.EqualTo(new LayoutMatch(0, 2, 1)));
        Assert.That(Match(layout, "layers.2.norm.weight"), Is.EqualTo(new LayoutMatch(0, 2, -1)));
    }

    [Test]
    public void DeeperStacksKeepTheirOrder()
    {
        var layout = Layout("[LayerStack] ModuleList<Tower> towers = new();", $$"""
            class Tower() : Module<Tensor, Tensor>("") { [LayerStack] readonly ModuleList<Stage> stages = new(); readonly Linear neck = Linear(1, 1); {{Body}} }
            class Stage() : Module<Tensor, Tensor>("") { [LayerStack] readonly ModuleList<Linear> blocks = new(); readonly Linear down = Linear(1, 1); {{Body}} }
            """);
        Assert.That(Paths(layout), Is.EqualTo((string[])["towers.{i}.stages.{j}.blocks.{k}"]));
        var order = new[] { "towers.0.stages.0.blocks.1", "towers.0.stages.1.blocks.0", "towers.0.neck", "towers.1.stages.0.blocks.0" }
            .Select(n => Match(layout, n)!.Value).Select(m => (m.Stage, m.Index)).ToArray();
        Assert.That(order, Is.Ordered);
        Assert.That(Match(layout, "towers.1.stages.3.down.weight")!.Value.Index, Is.EqualTo(-1));
    }

    [Test]
    public void StacksCountOnInDeclarationOrderOrByOrder()
    {
        var sequence = Layout("[LayerStack] ModuleList<Linear> a = new(); [LayerStack] ModuleList<Linear> b = new();");
        Assert.That(sequence.Sections.Select(s => s.Order), Is.EqualTo((int[])[0, 1]));
        var parallel = Layout("""
            [LayerStack(Order = 2)] ModuleList<Linear> up = new();
            [LayerStack(Order = 1)] ModuleList<Linear> left = new();
            [LayerStack(Order = 1)] ModuleList<Linear> right = new();
            """);
        Assert.That(parallel.Sections.Select(s => s.Order), Is.EqualTo((int[])[2, 1, 1]));
    }

    [Test]
    public void BlocksPerLayerAndCountReachTheSection()
    {
        var section = Layout("[LayerStack(BlocksPerLayer = 3, Count = 12)] ModuleList<Linear> blocks = new();").Sections[0];
        Assert.That((section.BlocksPerLayer, section.Count), Is.EqualTo((3, (int?)12)));
    }

    [Test]
    public void LayerOfCallsTheMethodOfTheClass()
    {
        var layout = Layout("""
            [LayerStack(LayerOf = nameof(DepthOf))] ModuleList<Linear> blocks = new();
            [LayerStack("{s}.{b}", LayerOf = nameof(Depth))] ModuleList<ModuleList<Linear>> stages = new();
            private static int DepthOf(int index) => index / 3 + 1;
            internal static int Depth(int stage, int index) => 10 * stage + index;
            """);
        Assert.That(layout.LayerOf(0, -1, 7), Is.EqualTo(3));
        Assert.That(layout.LayerOf(1, 2, 4), Is.EqualTo(24));
        Assert.That(Match(layout, "stages.2.4.weight"), Is.EqualTo(new LayoutMatch(1, 2, 4)));
    }

    [Test]
    public void TemplateWithOneHole()
    {
        var layout = Layout("""
            Linear stem = Linear(1, 1);
            void Fill() { for (var i = 0; i < 3; i++) register_module($"block_{i}", Linear(1, 1)); }
            """, attributes: "[LayerStack(\"block_{i}\"), Layer(0, \"stem\")]");
        Assert.That(Describe(layout, "block_12.weight"), Is.EqualTo("Block[12]"));
        Assert.That(Describe(layout, "block_.weight"), Is.Null);
        Assert.That(Describe(layout, "stem.weight"), Is.EqualTo("Stem"));
    }

    [Test]
    public void PathsReachThroughDeclaredTypes()
    {
        var layout = Layout("readonly Roberta roberta = new();", $$"""
            class Roberta() : Module<Tensor, Tensor>("") { readonly Linear embeddings = Linear(1, 1); readonly Encoder encoder = new(); {{Body}} }
            class Encoder() : Module<Tensor, Tensor>("") { readonly ModuleList<Linear> layer = new(); {{Body}} }
            """, "[Layer(0, \"roberta.embeddings\"), LayerStack(\"roberta.encoder.layer\"), NoWeightDecay(\"roberta.encoder.layer.{i}.bias\")]");
        Assert.That(Describe(layout, "roberta.encoder.layer.3.weight"), Is.EqualTo("RobertaEncoderLayer[3]"));
        Assert.That(Describe(layout, "roberta.encoder.layer.3.bias"), Is.EqualTo("RobertaEncoderLayer[3] no decay"));
        Assert.That(Describe(layout, "roberta.embeddings.bias"), Is.EqualTo("RobertaEmbeddings"));
        Assert.That(Describe(layout, "roberta.pooler.bias"), Is.Null);
        Assert.That(layout.Sections[1].Attribute, Is.EqualTo("[LayerStack(\"roberta.encoder.layer\")]"));
    }

    [Test]
    public void PathsReachThroughAssignedTypes()
    {
        var layout = Layout("""
            private readonly Module<Tensor, Tensor> backbone;
            private readonly Module<Tensor, Tensor> head;
            public Net(int i) : this() { backbone = new Encoder(); head = Linear(1, 1); }
            """, $$"""
            class Encoder() : Module<Tensor, Tensor>("") { [LayerStack] readonly ModuleList<Linear> layer = new(); readonly Linear stem = Linear(1, 1); {{Body}} }
            """, "[Layer(0, \"backbone.stem\"), LastLayer(\"head\")]");
        Assert.That(Describe(layout, "backbone.layer.3.weight"), Is.EqualTo("BackboneLayer[3]"));
        Assert.That(Describe(layout, "backbone.stem.weight"), Is.EqualTo("BackboneStem"));
    }

    [Test]
    public void ElementsOfOpaqueListsAreFollowedThroughTheirConstruction()
    {
        var layout = Layout("""
            [LayerStack] private readonly ModuleList<Module<Tensor, Tensor>> given = new();
            [LayerStack] private readonly ModuleList<Module<Tensor, Tensor>> added = new();
            [LayerStack] private readonly ModuleList<Module<Tensor, Tensor>> local = new();
            [LastLayer] private readonly Sequential sequence;
            public Net(int depth) : this()
            {
                given = new ModuleList<Module<Tensor, Tensor>>(System.Array.ConvertAll(new int[depth], i => new Block()));
                for (var i = 0; i < depth; i++) added.Add(new Block());
                var list = new System.Collections.Generic.List<Module<Tensor, Tensor>>();
                list.Add(new Block());
                local = new ModuleList<Module<Tensor, Tensor>>(list.ToArray());
                sequence = Sequential(("first", new Block()), ("second", Linear(1, 1)));
            }
            """, $$"""
            class Block() : Module<Tensor, Tensor>("") { [NoWeightDecay] readonly Parameter gamma = new(ones(1)); readonly Linear fc = Linear(1, 1); {{Body}} }
            """);
        foreach (var name in (string[])["given.0.gamma", "added.0.gamma", "local.0.gamma", "sequence.first.gamma"])
            Assert.That(Describe(layout, name), Does.EndWith("no decay"), name);
        Assert.That(Describe(layout, "given.0.fc.weight"), Is.EqualTo("Given[0]"));
    }

    [Test]
    public void ElementsOfOpaqueListsAreFollowedThroughHelperMethods()
    {
        var layout = Layout("""
            [LayerStack] private readonly Sequential made;
            [LayerStack] private readonly ModuleList<Module<Tensor, Tensor>> arrow;
            [LayerStack] private readonly ModuleList<Module<Tensor, Tensor>> filled = new();
            [LayerStack] private readonly ModuleList<Module<Tensor, Tensor>> handed = new();
            [LayerStack] private readonly ModuleList<Module<Tensor, Tensor>> yielded;
            [LastLayer] private readonly Module<Tensor, Tensor> built;
            public Net(int depth) : this()
            {
                made = MakeLayer(depth, 2);
                arrow = Modules(depth);
                FillUp(depth);
                Fill(handed, depth);
                yielded = new ModuleList<Module<Tensor, Tensor>>(System.Linq.Enumerable.ToArray(Yield(depth)));
                this.Build();
            }
            private Sequential MakeLayer(int depth, int stride)
            {
                var unused = new Other();
                var blocks = new System.Collections.Generic.List<Module<Tensor, Tensor>>();
                var first = new Block();
                blocks.Add(first);
                for (var i = 1; i < depth; i++) blocks.Add(MakeBlock());
                return Sequential(blocks.ToArray());
            }
            private static Block MakeBlock() => new();
            private static ModuleList<Module<Tensor, Tensor>> Modules(int depth) => new(new Block(), Linear(1, 1));
            private void FillUp(int depth) { for (var i = 0; i < depth; i++) { filled.Add(new Block()); } }
            private static void Fill(ModuleList<Module<Tensor, Tensor>> list, int depth) { while (depth-- > 0) list.Add(new Block()); }
            private static System.Collections.Generic.IEnumerable<Module<Tensor, Tensor>> Yield(int depth) { yield return new Block(); }
            private void Build() => built = new Block();
            """.Replace("private readonly Module<Tensor, Tensor> built", "private Module<Tensor, Tensor> built"), $$"""
            class Block() : Module<Tensor, Tensor>("") { [NoWeightDecay] readonly Parameter gamma = new(ones(1)); readonly Linear fc = Linear(1, 1); {{Body}} }
            class Other() : Module<Tensor, Tensor>("") { [NoWeightDecay] readonly Parameter other = new(ones(1)); {{Body}} }
            """);
        foreach (var name in (string[])["made.0.gamma", "arrow.0.gamma", "filled.0.gamma", "handed.0.gamma", "yielded.0.gamma", "built.gamma"])
            Assert.That(Describe(layout, name), Does.EndWith("no decay"), name);
        Assert.That(Describe(layout, "made.0.other"), Is.EqualTo("Made[0]"), "a class that does not reach the result");
    }

    [Test]
    public void DownSamplingInTheFirstBlockOfAStage()
    {
        var inTheBlock = Layout("[Layer(0)] Linear stem = Linear(1, 1); [LayerStack] ModuleList<Stage> layers = new();", $$"""
            class Stage() : Module<Tensor, Tensor>("") { [LayerStack] readonly ModuleList<Block> blocks = new(); {{Body}} }
            class Block() : Module<Tensor, Tensor>("") { readonly Linear fc = Linear(1, 1); readonly Sequential? downsample; {{Body}} }
            """);
        Assert.That(Describe(inTheBlock, "layers.1.blocks.0.downsample.0.weight"), Is.EqualTo("Layers[1][0]"));
    }

    [Test]
    public void HelpersThatADerivedClassMayReplaceAreNotFollowed()
    {
        var layout = Layout("""
            [LayerStack] private readonly Sequential made;
            public Net(int depth) : this() { made = MakeLayer(); }
            protected virtual Sequential MakeLayer() => Sequential(new Block());
            """, $$"""
            class Block() : Module<Tensor, Tensor>("") { [NoWeightDecay] readonly Parameter gamma = new(ones(1)); {{Body}} }
            """);
        Assert.That(Describe(layout, "made.0.gamma"), Is.EqualTo("Made[0]"));
    }

    [Test]
    public void FacetsComposeAndTheInnermostDecayHolds()
    {
        var layout = Layout("[LayerStack, LearningRateScale(0.5), NoWeightDecay] ModuleList<Block> blocks = new(); [LastLayer, Frozen] Linear head = Linear(1, 1);", $$"""
            class Block() : Module<Tensor, Tensor>("")
            {
                [LearningRateScale(0.1)] readonly Linear slow = Linear(1, 1);
                [WeightDecay(0.25)] readonly Linear decayed = Linear(1, 1);
                [Frozen] readonly Linear still = Linear(1, 1);
                {{Body}}
            }
            """);
        Assert.That(Describe(layout, "blocks.0.slow.weight"), Is.EqualTo("Blocks[0] no decay lr 0.05"));
        Assert.That(Describe(layout, "blocks.0.decayed.weight"), Is.EqualTo("Blocks[0] lr 0.5 wd 0.25"));
        Assert.That(Describe(layout, "blocks.0.still.weight"), Is.EqualTo("Blocks[0] no decay frozen lr 0.5"));
        Assert.That(Describe(layout, "head.bias"), Is.EqualTo("Head frozen"));
    }

    [Test]
    public void ContainersWithNamesNumberByPlace()
    {
        var layout = Layout("""
            [LayerStack] Sequential features = Sequential(("conv", Linear(1, 1)));
            [LayerStack] ModuleDict<Linear> heads = new();
            [LayerStack] ParameterList scales = new();
            [LastLayer] ModuleDict<ModuleList<Linear>> last = new();
            """);
        Assert.That(Describe(layout, "features.3.weight"), Is.EqualTo("Features[3]"));
        string[] names = ["features.conv.weight", "features.conv.bias", "features.act.weight", "heads.left.weight", "heads.right.weight", "scales.1"];
        var matches = Array.ConvertAll(names, n => Match(layout, n));
        Assert.That(matches[0]!.Value.Index, Is.EqualTo(LayoutMatch.ByName));
        NamedChildren.Number(layout, names, matches);
        Assert.That(matches.Select(m => (m!.Value.Section, m.Value.Index)), Is.EqualTo(((int, int)[])[(0, 0), (0, 0), (0, 1), (1, 0), (1, 1), (2, 1)]));
    }

    [Test]
    public void NativeLayersAreKnownByName()
    {
        var layout = Layout("""
            [LayerStack] TransformerEncoder encoder = TransformerEncoder(TransformerEncoderLayer(8, 2, 16), 3);
            Transformer both = Transformer(8, 2);
            [Layer(0), NoWeightDecay("bias_ih_l0")] LSTM rnn = LSTM(1, 1);
            """, attributes: "[LayerStack(\"both.encoder.layers\"), LastLayer(\"both.encoder.norm\")]");
        Assert.That(Describe(layout, "encoder.layers.2.self_attn.in_proj_weight"), Is.EqualTo("Encoder[2]"));
        Assert.That(Describe(layout, "both.encoder.layers.2.norm1.weight"), Is.EqualTo("BothEncoderLayers[2]"));
        Assert.That(Describe(layout, "rnn.bias_ih_l0"), Is.EqualTo("Rnn no decay"));
        Assert.That(Describe(layout, "rnn.weight_ih_l0"), Is.EqualTo("Rnn"));
    }

    [Test]
    public void InheritanceCountsOverTheWholeChain()
    {
        var layout = Layout("[LastLayer] readonly Linear head = Linear(1, 1);", $$"""
            abstract class Grandparent(string name) : Module<Tensor, Tensor>(name) { [Layer(0)] private readonly Linear stem = Linear(1, 1); }
            [NoWeightDecay("stem.bias")]
            abstract class Parent<T>(string name) : Grandparent(name) where T : Module<Tensor, Tensor> { [LayerStack] private readonly ModuleList<T> blocks = new(); }
            """, parent: "Parent<Linear>");
        Assert.That(Paths(layout), Is.EqualTo((string[])["stem", "blocks.{i}", "head"]));
        Assert.That(Describe(layout, "stem.bias"), Is.EqualTo("Stem no decay"));
    }

    [Test]
    public void DerivedFieldHidesBaseFieldOfTheSameName()
    {
        var layout = Layout("[Layer(1)] private readonly Linear fc = Linear(1, 1); [Layer(0)] private readonly Linear stem = Linear(1, 1);", """
            abstract class Parent(string name) : Module<Tensor, Tensor>(name) { [LastLayer] private readonly Linear fc = Linear(1, 1); }
            """, parent: "Parent");
        Assert.That(layout.Sections.Select(s => (s.Path, s.Kind)), Does.Contain(("fc", SectionKind.Layer)).And.Not.Contain(("fc", SectionKind.LastLayer)));
    }

    [Test]
    public void MembersThatMayBeNullAreOptional()
    {
        var declared = Layout("[Layer(0)] Linear? maybe; [Layer(1)] Linear sure = Linear(1, 1);");
        Assert.That(declared.Sections.Select(s => s.Optional), Is.EqualTo((bool[])[true, false]));
        var oblivious = Compiler.Generate("""
            #nullable disable
            [LayerDecay]
            partial class Net : Module<Tensor, Tensor>
            {
                [Layer(0)] Linear a, b, c, d, e, f;
                public Net(bool flag) : base("Net")
                {
                    if (flag) a = Linear(1, 1);
                    b = flag ? Linear(1, 1) : null;
                    if (flag) c = Linear(1, 1); else { c = Linear(2, 1); }
                    d = Linear(1, 1);
                    if (flag) e = Linear(1, 1); else d = null;
                    f = flag ? Linear(1, 1) : Linear(2, 2);
                }

                public override Tensor forward(Tensor x) => x;
            }
            """).Layout("Net");
        Assert.That(oblivious.Sections.Select(s => s.Optional), Is.EqualTo((bool[])[true, true, false, true, true, false]));
    }

    [Test]
    public void ParameterHeldInATensorFieldIsTaken()
    {
        var layout = Layout("[Layer(0)] Tensor temperature = new Parameter(ones(1)); Tensor cache = zeros(1); [LastLayer] Linear head = Linear(1, 1);");
        Assert.That(Paths(layout), Is.EqualTo((string[])["temperature", "head"]));
    }

    [Test]
    public void CapturedParameterIsReachedByPath()
    {
        var layout = Compiler.Generate("""
            [LayerDecay, LastLayer("head")]
            partial class Net(Linear head) : Module<Tensor, Tensor>("Net")
            {
                [Layer(0)] readonly Linear stem = Linear(1, 1);
                public override Tensor forward(Tensor x) => head.forward(x);
            }
            """).Layout("Net");
        Assert.That(Describe(layout, "<head>P.weight"), Is.EqualTo("Head"));
    }

    [Test]
    public void TypeAliasesAndGenericsResolve()
    {
        var layout = Compiler.Generate(Compiler.Compile(["using Blocks = TorchSharp.Modules.ModuleList<TorchSharp.Modules.Linear>;\n" + Compiler.Usings + """
            [LayerDecay]
            partial class Net<T> : Module<Tensor, Tensor> where T : Module<Tensor, Tensor>
            {
                [LayerStack] readonly Blocks blocks = new();
                [LastLayer] readonly T head = null!;
                public Net() : base("Net") { }
                public override Tensor forward(Tensor x) => x;
            }
            """])).Layout("Net`1");
        Assert.That(Describe(layout, "blocks.4.weight"), Is.EqualTo("Blocks[4]"));
        Assert.That(Describe(layout, "head.fc.weight"), Is.EqualTo("Head"));
    }

    [Test]
    public void ClassOfTheUserMaySpeakOfAllItsInstances()
    {
        var layout = Layout("[LayerStack] ModuleList<Block> blocks = new(); [LastLayer] Table own = new();", $$"""
            class Block() : Module<Tensor, Tensor>("") { readonly Table table = new(); readonly Linear fc = Linear(1, 1); {{Body}} }
            [NoWeightDecay, Layer(0)] class Table() : Module<Tensor, Tensor>("") { readonly Parameter rows = new(ones(1)); {{Body}} }
            """);
        Assert.That(Describe(layout, "blocks.1.table.rows"), Is.EqualTo("BlocksTable no decay"));
        Assert.That(Describe(layout, "blocks.1.fc.weight"), Is.EqualTo("Blocks[1]"));
        Assert.That(Describe(layout, "own.rows"), Is.EqualTo("Own no decay"), "the member's own layer goes first");
    }

    [Test]
    public void HolderGoesBeforeTheClassOfItsMember()
    {
        const string encoder = $$"""
            class Encoder() : Module<Tensor, Tensor>("")
            {
                [Layer(0), NoWeightDecay] readonly Linear stem = Linear(1, 1);
                [LayerStack] readonly ModuleList<Linear> blocks = new();
                [LastLayer] readonly Linear head = Linear(1, 1);
                {{Body}}
            }
            """;
        var one = Layout("[Layer(0)] Encoder encoder = new(); [LastLayer] Linear decoder = Linear(1, 1);", encoder);
        Assert.That(Paths(one), Is.EqualTo((string[])["encoder", "decoder"]));
        Assert.That(Describe(one, "encoder.blocks.3.weight"), Is.EqualTo("Encoder"));
        Assert.That(Describe(one, "encoder.stem.weight"), Is.EqualTo("Encoder no decay"), "marks still count");

        var path = Layout("[LastLayer] Encoder encoder = new();", encoder, "[Layer(0, \"encoder.stem\")]");
        Assert.That(Paths(path), Is.EqualTo((string[])["encoder", "encoder.stem"]));
        Assert.That(path.Sections[0].Optional, Is.True, "paths may take all of it");

        var inner = Layout("Encoder encoder = new();", encoder, "[PreviousLayer(\"encoder.head\")]");
        Assert.That(Describe(inner, "encoder.blocks.3.weight"), Is.EqualTo("EncoderBlocks[3]"));
        Assert.That(inner.Sections.Select(s => s.Kind), Is.EqualTo((SectionKind[])[SectionKind.Layer, SectionKind.Stack, SectionKind.PreviousLayer]));
    }

    [Test]
    public void ModuleThatHoldsItselfEnds()
    {
        var layout = Layout("[LayerStack] ModuleList<Tree> trees = new();", $$"""
            class Tree() : Module<Tensor, Tensor>("") { [NoWeightDecay] readonly Parameter value = new(ones(1)); readonly Tree? left; readonly ModuleList<Tree> more = new(); {{Body}} }
            """);
        Assert.That(Describe(layout, "trees.1.value"), Is.EqualTo("Trees[1] no decay"));
        Assert.That(Describe(layout, "trees.1.left.value"), Is.EqualTo("Trees[1]"));
    }

    [Test]
    public void WholeModelMayBeOneLayer()
    {
        var layout = Layout("readonly Linear a = Linear(1, 1);", attributes: "[Layer(0)]");
        Assert.That(Describe(layout, "a.weight"), Is.EqualTo("ModelSection"));
    }

    [Test]
    public void ConstantDepthGivesConstantScales()
    {
        var generated = Compiler.Generate(Net("""
            [Layer(0)] Linear stem = Linear(1, 1);
            [LayerStack(Count = 2)] ModuleList<Linear> blocks = new();
            [PreviousLayer] LayerNorm norm = LayerNorm(1);
            [LastLayer] Linear head = Linear(1, 1);
            """, attributes: "", rate: "0.5")).Compiles();
        Assert.That(generated.Text, Does.Contain("LayerScales => new double[] { 0.125d, 0.25d, 0.5d, 1d };"));
        Assert.That(generated.Text, Does.Contain("/// Blocks   each of 2 children  blocks.{i}  1 to 2  0.25 to 0.5"));
    }

    private static LayerLayout Layout(string members, string others = "", string attributes = "", string parent = "Module<Tensor, Tensor>") =>
        Compiler.Generate(Net(members, others, attributes, parent)).Layout("Net");

    private static string Net(string members, string others = "", string attributes = "", string parent = "Module<Tensor, Tensor>", string rate = "0.75") => $$"""
        {{others}}

        [LayerDecay({{rate}})]
        {{attributes}}
        public partial class Net : {{parent}}
        {
            {{members}}
            public Net() : base("Net") { }
            {{Body}}
        }
        """.Replace("public partial", others.Length > 0 ? "partial" : "public partial");

    private static string[] Paths(LayerLayout layout) => [.. layout.Sections.Select(s => s.Path)];

    private static string? Describe(LayerLayout layout, string name) => MatcherTests.Describe(layout, name);

    private static LayoutMatch? Match(LayerLayout layout, string name) => layout.Match(name);
}
