using LayerDecayGen.Generator.Tests.Support;
using static LayerDecayGen.Generator.Tests.Analyzers.Analysis;

namespace LayerDecayGen.Generator.Tests.Analyzers;

/// <summary>Which module classes the rules look at: those an annotated root reaches, by any of the ways a model is put together.</summary>
public sealed class ScopeTests
{
    private const string Block = """
        public class Block : Module<Tensor, Tensor>
        {
            private readonly Linear[] fc = [Linear(4, 4)]; // LDG040
            public Block() : base("Block") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc[0].forward(x);
        }
        """;

    private static IEnumerable<TestCaseData> Ways()
    {
        yield return new TestCaseData("[LastLayer] private readonly Block block = new();").SetArgDisplayNames("field");
        yield return new TestCaseData("[field: TorchSharp.Utils.ComponentName(Name = \"B\")] [LastLayer] public Block B { get; } = new();")
            .SetArgDisplayNames("property");
        yield return new TestCaseData("[LayerStack] private readonly ModuleList<Block> blocks = new();").SetArgDisplayNames("element");
        yield return new TestCaseData("[LastLayer] private readonly Module<Tensor, Tensor> block = new Block();")
            .SetArgDisplayNames("assigned");
        yield return new TestCaseData("[LayerStack] private readonly Sequential body = Sequential(new Block());")
            .SetArgDisplayNames("argument");
        yield return new TestCaseData("""
            [LastLayer] private readonly Module<Tensor, Tensor> block = Make();
            private static Module<Tensor, Tensor> Make() { var made = new Block(); return made; }
            """).SetArgDisplayNames("own factory");
        yield return new TestCaseData("""
            [LastLayer] private readonly Sub sub = new();
            private sealed class Sub : Block;
            """).SetArgDisplayNames("base");
        yield return new TestCaseData("""
            [LastLayer] private readonly Holder<Block> holder = new();
            private sealed class Holder<T> : Module<Tensor, Tensor> where T : Module<Tensor, Tensor>, new()
            {
                private readonly T inner = new();
                public Holder() : base("Holder") => RegisterComponents();
                public override Tensor forward(Tensor x) => inner.forward(x);
            }
            """).SetArgDisplayNames("type argument");
    }

    [TestCaseSource(nameof(Ways))]
    public Task ReachesWhatTheRootHolds(string member) => ReportsMarkedLines(Compiler.Usings + $$"""
        [LayerDecay(0.75)]
        public partial class Net : Module<Tensor, Tensor>
        {
            {{member}}
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        """ + Block);

    [Test]
    public Task ReachesAModelThatAStaticClassDescribes() => ReportsMarkedLines(Compiler.Usings + Block + """
        [LayerDecay(For = typeof(Block))]
        public static partial class BlockGroups; // LDG018
        """);

    [Test]
    public async Task LeavesOtherModelsAlone()
    {
        var found = await Run(Compiler.Usings + Block + """
            [LayerDecay(0.75)]
            public partial class Net : Module<Tensor, Tensor>
            {
                [LastLayer] private readonly Linear fc = Linear(4, 4);
                public Net() : base("Net") => RegisterComponents();
                public override Tensor forward(Tensor x) => fc.forward(x);
            }

            public class Unrelated : Module<Tensor, Tensor>
            {
                private readonly Block block = new();
                public Unrelated() : base("Unrelated") => RegisterComponents();
                public override Tensor forward(Tensor x) => block.forward(x);
            }
            """);
        Assert.That(found, Is.Empty);
    }

    [Test]
    public Task ARootHasNoParentThatRegistersIt() => ReportsMarkedLines(Compiler.Usings + """
        [LayerDecay(0.75)]
        public partial class Net : Module<Tensor, Tensor> // LDG041
        {
            [Layer(0)] private readonly Linear fc = Linear(4, 4);
            [LastLayer] private readonly Inner inner = new();
            public Net() : base("Net") { }
            public override Tensor forward(Tensor x) => inner.forward(fc.forward(x));

            private sealed class Inner : Module<Tensor, Tensor>
            {
                private readonly Linear fc = Linear(4, 4);
                public Inner() : base("Inner") { }
                public override Tensor forward(Tensor x) => fc.forward(x);
            }
        }
        """);

    [Test]
    public Task ARootMayRegisterByItsBaseOrByHand() => ReportsMarkedLines(Compiler.Usings + """
        public abstract class Base : Module<Tensor, Tensor>
        {
            protected Base(string name) : base(name) => RegisterComponents();
        }

        [LayerDecay(0.75)]
        public partial class ByBase : Base
        {
            [LastLayer] private readonly Linear fc = Linear(4, 4);
            public ByBase() : base("ByBase") { }
            public override Tensor forward(Tensor x) => fc.forward(x);
        }

        [LayerDecay(0.75)]
        public partial class ByHand : Module<Tensor, Tensor>
        {
            [LastLayer] private readonly Linear fc = Linear(4, 4);
            public ByHand() : base("ByHand") => register_module("fc", fc);
            public override Tensor forward(Tensor x) => fc.forward(x);
        }
        """);

    [Test]
    public Task CodeAroundAModelCountsAsTheModels() => ReportsMarkedLines(Compiler.Usings + """
        [LayerDecay(0.75)]
        public partial class Net : Module<Tensor, Tensor>
        {
            [LastLayer] public Linear fc = Linear(4, 4);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.forward(x);
        }

        public static class Program
        {
            public static void Main()
            {
                var net = new Net {
                    fc = Linear(4, 2), // LDG048
                };
                net.fc = Linear(4, 2); // LDG048
                using var weight = init.normal_(net.fc.weight); // LDG050
            }

            private sealed class Nested
            {
                public static void Reset(Net net) => net.fc = Linear(4, 2); // LDG048
            }
        }
        """);
}
