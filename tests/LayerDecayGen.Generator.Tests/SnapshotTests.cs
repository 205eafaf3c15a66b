using LayerDecayGen.Generator.Tests.Support;

namespace LayerDecayGen.Generator.Tests;

/// <summary>A few files to read: what the generator writes for models of each shape.</summary>
public class SnapshotTests
{
    [Test]
    public void VisionTransformer() => Snapshot.Match(Compiler.Generate(Models.VisionTransformer).Compiles());

    [Test]
    public void StagesOfBlocks() => Snapshot.Match(Compiler.Generate("""
        namespace Zoo
        {
            public class Stage : Module<Tensor, Tensor>
            {
                [LayerStack] private ModuleList<Linear> blocks = null!;
                private Conv2d? downsample;
                public Stage() : base("Stage") { }
                public override Tensor forward(Tensor x) => x;
            }

            public partial class Outer<T>
            {
                [LayerDecay]
                private partial class Swin : Module<Tensor, Tensor>
                {
                    [Layer(0)] private Conv2d _stem = null!;
                    [LayerStack] private ModuleList<Stage> layers = null!;
                    [LastLayer] public Linear Head { get; } = null!;
                    public Swin() : base("Swin") { }
                    public override Tensor forward(Tensor x) => x;
                }
            }
        }
        """).Compiles());

    [Test]
    public void MistakesOfDeclaration() => Snapshot.Match(Compiler.Generate("""
        class Outer
        {
            [LayerDecay(1.5)]
            class Net : Module<Tensor, Tensor>
            {
                public Net() : base("Net") { }
                public override Tensor forward(Tensor x) => x;
            }
        }

        [LayerDecay]
        partial class NoModel;

        [LayerDecay]
        partial class Wrong : Module<Tensor, Tensor>
        {
            [Layer(0), LastLayer] Linear twice = Linear(1, 1);
            [LayerStack] Linear single = Linear(1, 1);
            [Layer(-1)] Linear negative = Linear(1, 1);
            Linear forgotten = Linear(1, 1);
            ReLU without = ReLU();
            public Wrong() : base("Wrong") { }
            public override Tensor forward(Tensor x) => x;
        }
        """));
}
