using LayerDecayGen.Generator.Tests.Support;
using static LayerDecayGen.Generator.Tests.Analyzers.Analysis;

namespace LayerDecayGen.Generator.Tests.Analyzers;

/// <summary>LDG022: which classes some model is seen to hold; the page shows one that comes out of another class.</summary>
public sealed class NeverReadTests
{
    private const string Block = """
        public class Base() : Module<Tensor, Tensor>("")
        {
            [NoWeightDecay] protected readonly Parameter gamma = new(ones(1));
            public override Tensor forward(Tensor x) => x * gamma;
        }
        public class Block : Base;

        """;

    [TestCase("[LayerStack] private readonly ModuleList<Block> blocks = new();")]
    [TestCase("[LastLayer] private readonly Module<Tensor, Tensor> block = new Block();")]
    [TestCase("[LastLayer] private readonly Sequential body = Make(); private static Sequential Make() => Sequential(new Block());")]
    [TestCase("[LastLayer] private readonly Holder holder = new(); public class Holder() : Module<Tensor, Tensor>(\"\") { private readonly Block block = new(); public override Tensor forward(Tensor x) => block.forward(x); }")]
    public async Task WhatAModelHoldsIsRead(string member) =>
        Assert.That((await Run(Compiler.Usings + Block + Net(member))).Select(static d => d.Id), Has.None.EqualTo("LDG022"));

    [TestCase("[LastLayer] private readonly Sequential body = Elsewhere.Make();")]
    [TestCase("[LastLayer] private readonly Module<Tensor, Tensor> body; public Net(Block given) : this() { body = given; }")]
    [TestCase("[LastLayer] private readonly Linear head = Linear(1, 1);")]
    public async Task WhatNobodyIsSeenToHoldIsSaid(string member)
    {
        var found = (await Run(Compiler.Usings + Block + Net(member))).Where(static d => d.Id == "LDG022").Select(static d => d.GetMessage());
        Assert.That(found, Has.Exactly(1).StartsWith("[NoWeightDecay] in 'Base' has no effect"));
    }

    [Test]
    public async Task AProjectWithoutModelsMayOfferBlocks() => Assert.That(await Run(Compiler.Usings + Block), Is.Empty);

    private static string Net(string member) => $$"""
        [LayerDecay] public partial class Net : Module<Tensor, Tensor>
        {
            {{member}}
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        public static class Elsewhere { public static Sequential Make() => Sequential(new Block()); }
        """;
}
