using LayerDecayGen.Generator.Analyzers;
using LayerDecayGen.CodeFixes;

namespace LayerDecayGen.Generator.Tests.Fixes;

public sealed class MakePartialTests
{
    [Test]
    public Task TheWholeChainBecomesPartial() => Fix.OfAnalyzer<ModelAnalyzer, MakePartialFix>("""
        namespace Zoo
        {
            // Keeps its comment.
            class Outer
            {
                public struct Middle
                {
                    [LayerDecay(0.75)]
                    private sealed class {|LDG001:Net|} : Module<Tensor, Tensor>
                    {
                        [LastLayer] private readonly Linear fc = Linear(4, 4);
                        public Net() : base("Net") => RegisterComponents();
                        public override Tensor forward(Tensor x) => fc.forward(x);
                    }
                }
            }
        }
        """, """
        namespace Zoo
        {
            // Keeps its comment.
            partial class Outer
            {
                public partial struct Middle
                {
                    [LayerDecay(0.75)]
                    private sealed partial class Net : Module<Tensor, Tensor>
                    {
                        [LastLayer] private readonly Linear fc = Linear(4, 4);
                        public Net() : base("Net") => RegisterComponents();
                        public override Tensor forward(Tensor x) => fc.forward(x);
                    }
                }
            }
        }
        """);

    [Test]
    public Task FixAllMendsEveryModelOfAFile() => Fix.OfAnalyzer<ModelAnalyzer, MakePartialFix>("""
        [LayerDecay(0.75)]
        public class {|LDG001:First|} : Module<Tensor, Tensor>
        {
            [LastLayer] private readonly Linear fc = Linear(4, 4);
            public First() : base("First") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.forward(x);
        }

        [LayerDecay(0.75)]
        class {|LDG001:Second|} : Module<Tensor, Tensor>
        {
            [LastLayer] private readonly Linear fc = Linear(4, 4);
            public Second() : base("Second") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.forward(x);
        }
        """, """
        [LayerDecay(0.75)]
        public partial class First : Module<Tensor, Tensor>
        {
            [LastLayer] private readonly Linear fc = Linear(4, 4);
            public First() : base("First") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.forward(x);
        }

        [LayerDecay(0.75)]
        partial class Second : Module<Tensor, Tensor>
        {
            [LastLayer] private readonly Linear fc = Linear(4, 4);
            public Second() : base("Second") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.forward(x);
        }
        """);
}
