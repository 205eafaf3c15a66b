using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Checkpoints;

/// <summary>Former names win over present ones, once.</summary>
public sealed class FormerNameTests
{
    private string _folder = "";

    private string FilePath => Path.Combine(_folder, "run.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("ldg").FullName;

    [TearDown]
    public void DropFolder() => Directory.Delete(_folder, recursive: true);

    private abstract class Holder(string name) : Module<Tensor, Tensor>(name)
    {
        public override Tensor forward(Tensor x) => x;
    }

    private sealed class V1 : Holder
    {
        public readonly Linear q = Linear(2, 2, hasBias: false), k = Linear(2, 2, hasBias: false);

        public V1() : base("v") => RegisterComponents();
    }

    private sealed class V2 : Holder
    {
        [FormerlyNamed("k")] public readonly Linear q = Linear(2, 2, hasBias: false);
        [FormerlyNamed("q")] public readonly Linear k = Linear(2, 2, hasBias: false);

        public V2() : base("v") => RegisterComponents();
    }

    private sealed class Reused : Holder
    {
        [FormerlyNamed("q")] public readonly Linear projection = Linear(2, 2, hasBias: false);
        public readonly Linear q = Linear(2, 2, hasBias: false);
        public readonly Linear k = Linear(2, 2, hasBias: false);

        public Reused() : base("v") => RegisterComponents();
    }

    private sealed class Properties : Holder
    {
        [field: FormerlyNamed("q")] public Linear Query { get; } = Linear(2, 2, hasBias: false);

        [FormerlyNamed("k")] public Linear Key { get; } = Linear(2, 2, hasBias: false);

        public Properties() : base("v") => RegisterComponents();
    }

    private sealed class LaterProperties : Holder
    {
        [FormerlyNamed("Query")] public Linear Q { get; } = Linear(2, 2, hasBias: false);

        [field: FormerlyNamed("Key")] public Linear K { get; } = Linear(2, 2, hasBias: false);

        public LaterProperties() : base("v") => RegisterComponents();
    }

    private sealed class Outer1 : Holder
    {
        public readonly V1 attention = new();

        public Outer1() : base("o") => RegisterComponents();
    }

    private sealed class Outer2 : Holder
    {
        [FormerlyNamed("attention")] public readonly V2 attn = new();

        public Outer2() : base("o") => RegisterComponents();
    }

    private static V1 One()
    {
        var one = new V1();
        using var _ = no_grad();
        one.q.weight.fill_(1f);
        one.k.weight.fill_(2f);
        return one;
    }

    private static float First(Linear linear) => linear.weight[0, 0].item<float>();

    [Test]
    public void MembersThatExchangedNamesAreExchangedOnce()
    {
        new Checkpoint(One()).Save(FilePath);
        var two = new V2();
        var difference = new Checkpoint(two).Load(FilePath);
        Assert.That((First(two.q), First(two.k)), Is.EqualTo((2f, 1f)));
        Assert.That(difference.Notes, Is.EquivalentTo(new[] { "'q.weight' was 'k.weight'", "'k.weight' was 'q.weight'" }));
        new Checkpoint(two).Save(FilePath);
        var again = new V2();
        Assert.That(new Checkpoint(again).Load(FilePath).ToString(), Is.Empty);
        Assert.That((First(again.q), First(again.k)), Is.EqualTo((2f, 1f)));
    }

    [Test]
    public void StateGoesWithTheName()
    {
        var one = One();
        using var old = optim.SGD(one.parameters(), 0.1, momentum: 0.9);
        one.q.weight.grad = full(2, 2, 5f);
        one.k.weight.grad = full(2, 2, 7f);
        old.step();
        new Checkpoint(one, old).Save(FilePath);
        var two = new V2();
        using var now = optim.SGD(two.parameters(), 0.1, momentum: 0.9);
        new Checkpoint(two, now).Load(FilePath);
        var buffers = ((OptimizerHelper)now).state_dict().State.Cast<SGD.State>().Select(s => s.momentum_buffer[0, 0].item<float>());
        Assert.That(buffers, Is.EqualTo(new[] { 7f, 5f }));
    }

    [Test]
    public void ANewMemberWithAnOldNameGetsNothing()
    {
        new Checkpoint(One()).Save(FilePath);
        var model = new Reused();
        Assert.That(() => new Checkpoint(model).Load(FilePath), Throws.TypeOf<CheckpointException>().With.Message.Contains("'q.weight' is not in the checkpoint: its name is the former name of another"));
        var before = First(model.q);
        new Checkpoint(model).Load(FilePath, new() { PartlyNamed = ["q.weight"] });
        Assert.That((First(model.projection), First(model.q), First(model.k)), Is.EqualTo((1f, before, 2f)));
    }

    [Test]
    public void PropertiesAreRenamedByEitherPlaceOfTheAttribute()
    {
        new Checkpoint(One()).Save(FilePath);
        var properties = new Properties();
        new Checkpoint(properties).Load(FilePath);
        Assert.That((First(properties.Query), First(properties.Key)), Is.EqualTo((1f, 2f)));
        new Checkpoint(properties).Save(FilePath);
        var later = new LaterProperties();
        new Checkpoint(later).Load(FilePath);
        Assert.That((First(later.Q), First(later.K)), Is.EqualTo((1f, 2f)));
    }

    [Test]
    public void RenamesInsideARenamedModuleCompose()
    {
        var outer = new Outer1();
        using (no_grad())
        {
            outer.attention.q.weight.fill_(1f);
            outer.attention.k.weight.fill_(2f);
        }

        new Checkpoint(outer).Save(FilePath);
        var later = new Outer2();
        new Checkpoint(later).Load(FilePath);
        Assert.That((First(later.attn.q), First(later.attn.k)), Is.EqualTo((2f, 1f)));
    }
}
