using LayerDecayGen.Layout;
using TorchSharp;
using TorchSharp.Modules;
using static LayerDecayGen.Tests.HandWrittenLayout;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests;

/// <summary>Each cause of a missing parameter is named with its own remedy.</summary>
public sealed class SealCauseTests
{
    private static readonly HandWrittenLayout s_layout = new(Layer("stem", 0), Last("head"));

    [TestCaseSource(nameof(Causes))]
    public void TheCauseAndItsRemedyAreNamed(Func<Module> make, string[] told)
    {
        using var model = make();
        var exception = Assert.Throws<ModelSealException>(() => _ = new ParameterGroups(model, s_layout, new FlatRecipe()));
        foreach (var text in told) Assert.That(exception!.Message, Does.Contain(text));
        Assert.That(exception!.Message, Does.Not.Contain("Base"), "the class that the user made, not its base");
    }

    [Test]
    public void AHeadTiedToTheStemIsNotMissing([Values] bool stemFirst)
    {
        using var model = new Tied(stemFirst);
        var groups = new ParameterGroups(model, s_layout, new FlatRecipe());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(groups.SelectMany(g => g.ParameterNames), Is.EqualTo(new[] { "stem.weight" }));
            Assert.That(groups.ToString(), Does.Contain("tied: head.weight is stem.weight"));
            Assert.That(groups[0].Layer, Is.Zero, "the owner is the name in the lowest layer, whichever was assigned to the other");
        }
    }

    [Test]
    public void WeightsThatAreBuffersAreListedOnce()
    {
        using var model = new WithBuffers();
        var groups = new ParameterGroups(model, s_layout, new FlatRecipe());
        Assert.That(groups.Warnings, Has.One.Contains("not trained because it is a buffer: 'own.weight'"));
        Assert.That(groups.Warnings.Single(), Does.Not.Contain("norm").And.Not.Contain("mask"));
    }

    [Test]
    public void TheLastBlockOfAModelWithoutAHeadIsNotAHead()
    {
        using var model = new TestModel();
        var groups = new ParameterGroups(model, new HandWrittenLayout(Layer("embed", 0), Stack("blocks.{i}"), Previous("norm"), Previous("head")), new FlatRecipe());
        Assert.That(groups.Facts.Parameters.Select(f => f.Role), Has.None.EqualTo(ParameterRole.Head));
    }

    private static IEnumerable<TestCaseData> Causes()
    {
        yield return Case("null", () => new Plain(head: false), "the field 'head' is null", "declare it nullable");
        yield return Case("assigned too late", () => new Late(), "'head' was assigned after RegisterComponents()");
        yield return Case("buffer", () => new Buffer(), "'head' is a buffer", "make the field a Parameter");
        yield return Case("a list", () => new InList(), "'head' is a List", "ModuleList");
        yield return Case("hidden", () => new Hiding(), "both have a field 'head'", "rename one");
        yield return Case("no parameters", () => new Dropped(), "owns no parameters", "remove the attribute");
        yield return Case("disposed", Disposed, "was disposed");
    }

    private static TestCaseData Case(string name, Func<Module> make, params string[] told) => new TestCaseData(make, told).SetName($"The cause is named: {name}");

    private static Module Disposed()
    {
        var model = new Plain(head: true);
        model.Dispose();
        return model;
    }

    private abstract class Base(string name) : Module<Tensor, Tensor>(name)
    {
        protected readonly Linear stem = Linear(2, 2, hasBias: false);

        public override Tensor forward(Tensor input) => stem.forward(input);
    }

    private sealed class Plain : Base
    {
        private readonly Linear? head;

        public Plain(bool head) : base(nameof(Plain))
        {
            this.head = head ? Linear(2, 2) : null;
            RegisterComponents();
        }
    }

    private sealed class Late : Base
    {
        private readonly Linear head;

        public Late() : base(nameof(Late))
        {
            RegisterComponents();
            head = Linear(2, 2);
        }
    }

    private sealed class Buffer : Base
    {
        private readonly Tensor head = zeros(2, 2);

        public Buffer() : base(nameof(Buffer)) => RegisterComponents();
    }

    private sealed class InList : Base
    {
        private readonly List<Linear> head = [Linear(2, 2)];

        public InList() : base(nameof(InList)) => RegisterComponents();
    }

    private abstract class HidingParent(string name) : Base(name)
    {
        private readonly Linear head = Linear(2, 2);
    }

    private sealed class Hiding : HidingParent
    {
        private readonly int head;

        public Hiding() : base(nameof(Hiding))
        {
            head = 3;
            RegisterComponents();
        }

        public int Heads => head;
    }

    private sealed class Dropped : Base
    {
        private readonly Dropout head = Dropout(0.1);

        public Dropped() : base(nameof(Dropped)) => RegisterComponents();
    }

    private sealed class Tied : Base
    {
        private readonly Linear head = Linear(2, 2, hasBias: false);

        public Tied(bool stemFirst) : base(nameof(Tied))
        {
            if (stemFirst) head.weight = stem.weight;
            else stem.weight = head.weight;
            RegisterComponents();
        }
    }

    private sealed class WithBuffers : Base
    {
        private readonly Linear head = Linear(2, 2);
        private readonly Own own = new();
        private readonly BatchNorm1d norm = BatchNorm1d(2, affine: false);
        private readonly Tensor mask = ones(2, 2, dtype: ScalarType.Bool);

        public WithBuffers() : base(nameof(WithBuffers)) => RegisterComponents();
    }

    private sealed class Own : Module<Tensor, Tensor>
    {
        private readonly Tensor weight = zeros(2, 2);

        public Own() : base(nameof(Own)) => RegisterComponents();

        public override Tensor forward(Tensor input) => input.matmul(weight);
    }
}
