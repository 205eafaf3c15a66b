using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Generated;

/// <summary>The smallest model of each shape that published models have and a plain backbone has not: names and their layers.</summary>
public sealed partial class ForeignShapesTests
{
    private static readonly LayerDecayOptions s_options = new() { WeightDecay = 0.1 };

    [Test]
    public void EachClassOfAListKeepsItsOwnAttributes()
    {
        using var model = new Mixed();
        var groups = model.GetParameterGroups(s_options);
        Assert.That(Layers(groups), Is.EqualTo("0 stem.weight, 1 layers.0.a.weight, 1 layers.0.b.weight, 2 layers.1.a.weight, 2 layers.1.b.weight, 3 head.weight"));
        var planned = groups.SelectMany(static g => g.Planned).ToDictionary(static p => p.Fact.Name);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(planned["layers.0.b.weight"].LearningRateScale, Is.EqualTo(0.25 * 0.5), "the class's scale, once");
            Assert.That(planned["layers.0.a.weight"].WeightDecay, Is.Zero);
            Assert.That(planned["layers.1.a.weight"].WeightDecay, Is.EqualTo(0.1), "the other class says nothing");
        }
    }

    [Test]
    public void StagesOfSeveralClassesEachHaveAStackOfTheirOwn()
    {
        using var model = new Stages();
        Assert.That(
            Layers(model.GetParameterGroups(s_options)),
            Is.EqualTo("0 layers.0.blocks.0.weight, 1 layers.0.blocks.1.weight, 1 layers.0.down.weight, 2 layers.1.blocks.0.weight, 3 head.weight"));
    }

    [Test]
    public void PathsOpenInTheOrderOfTheAttributes()
    {
        using var model = new Ordered();
        Assert.That(Layers(model.GetParameterGroups(s_options)), Is.EqualTo("0 stem.weight, 1 p2.weight, 1 s1.0.weight, 2 s2.0.weight, 3 head.weight"));
    }

    [Test]
    public void AModuleBetweenTwoStacksHasALayerOfItsOwn()
    {
        using var model = new UNet();
        Assert.That(
            Layers(model.GetParameterGroups(s_options)),
            Is.EqualTo("0 e11.weight, 0 e12.weight, 1 down.0.weight, 2 down.1.weight, 3 mid.weight, 4 up.0.weight, 5 out.weight"));
    }

    [Test]
    public void AnEncoderMeansItsOnlyList()
    {
        using var model = new Hugging();
        Assert.That(Layers(model.GetParameterGroups(s_options)), Is.EqualTo("0 embeddings.weight, 1 encoder.layer.0.weight, 2 encoder.layer.1.weight, 3 head.weight"));
    }

    [Test]
    public void AnEmptyTopCostsNoFactor()
    {
        using var model = new Headless();
        var groups = model.GetParameterGroups(s_options);
        Assert.That(Layers(groups), Is.EqualTo("0 stem.weight, 1 blocks.0.weight"));
        Assert.That(groups.Single(static g => g.Layer == 1).LearningRateScale, Is.EqualTo(1));
    }

    [Test]
    public void ChildrenWithoutParametersCloseUpUnlessTheyCount()
    {
        using var closed = new Features();
        using var kept = new IndexedFeatures();
        Assert.That(Layers(closed.GetParameterGroups(s_options)), Is.EqualTo("0 features.0.weight, 1 features.2.weight"));
        Assert.That(Layers(kept.GetParameterGroups(s_options)), Is.EqualTo("0 features.0.weight, 2 features.2.weight"));
    }

    [Test]
    public void AListThatIsNotRegisteredIsRefusedAndNotLeftOut()
    {
        using var model = new ListOfNet();
        Assert.That(() => model.GetParameterGroups(s_options), Throws.TypeOf<ModelSealException>().With.Message.Contains("blocks").And.Message.Contains("ModuleList"));
    }

    private static string Layers(ParameterGroups groups) => string.Join(", ", groups
        .SelectMany(static g => g.ParameterNames.Select(name => $"{g.Layer} {name}")).Order(StringComparer.Ordinal));

    private static Linear Plain() => Linear(2, 2, hasBias: false);

    public abstract class Shape() : Module<Tensor, Tensor>("shape")
    {
        public override Tensor forward(Tensor x) => x;
    }

    public sealed class StageA : Shape
    {
        [NoWeightDecay] private readonly Linear a = Plain();
        [LearningRateScale(0.5)] private readonly Linear b = Plain();
        public StageA() => RegisterComponents();
    }

    public sealed class StageB : Shape
    {
        private readonly Linear a = Plain();
        [LearningRateScale(0.5)] private readonly Linear b = Plain();
        public StageB() => RegisterComponents();
    }

    [LayerDecay(0.5)]
    public sealed partial class Mixed : Shape
    {
        [Layer(0)] private readonly Linear stem = Plain();
        [LayerStack] private readonly ModuleList<Module<Tensor, Tensor>> layers = new();
        [LastLayer] private readonly Linear head = Plain();

        public Mixed()
        {
            layers.Add(new StageA());
            layers.Add(new StageB());
            RegisterComponents();
        }
    }

    public sealed class DownStage : Shape
    {
        [LayerStack] private readonly ModuleList<Linear> blocks = new(Plain(), Plain());
        [PreviousLayer] private readonly Linear down = Plain();
        public DownStage() => RegisterComponents();
    }

    public sealed class LastStage : Shape
    {
        [LayerStack] private readonly ModuleList<Linear> blocks = new(Plain());
        public LastStage() => RegisterComponents();
    }

    [LayerDecay(0.5)]
    public sealed partial class Stages : Shape
    {
        private readonly ModuleList<Module<Tensor, Tensor>> layers = new(new DownStage(), new LastStage());
        [LastLayer] private readonly Linear head = Plain();
        public Stages() => RegisterComponents();
    }

    [LayerDecay(0.5), Layer(0, nameof(stem)), LayerStack(nameof(s1)), PreviousLayer(nameof(p2)), LayerStack(nameof(s2)), LastLayer(nameof(head))]
    public sealed partial class Ordered : Shape
    {
        private readonly Linear stem = Plain();
        private readonly Linear p2 = Plain();
        private readonly Linear head = Plain();
        private readonly Sequential s1 = Sequential(Plain());
        private readonly Sequential s2 = Sequential(Plain());
        public Ordered() => RegisterComponents();
    }

    [LayerDecay(0.5), Layer(0, nameof(e11), nameof(e12))]
    public sealed partial class UNet : Shape
    {
        private readonly Linear e11 = Plain();
        private readonly Linear e12 = Plain();
        [LayerStack] private readonly ModuleList<Linear> down = new(Plain(), Plain());
        [NextLayer] private readonly Linear mid = Plain();
        [LayerStack] private readonly ModuleList<Linear> up = new(Plain());
        [LastLayer] private readonly Linear @out = Plain();
        public UNet() => RegisterComponents();
    }

    public sealed class Encoder : Shape
    {
        private readonly ModuleList<Linear> layer = new(Plain(), Plain());
        public Encoder() => RegisterComponents();
    }

    [LayerDecay(0.5)]
    public sealed partial class Hugging : Shape
    {
        [Layer(0)] private readonly Embedding embeddings = Embedding(2, 2);
        [LayerStack] private readonly Encoder encoder = new();
        [LastLayer] private readonly Linear head = Plain();
        public Hugging() => RegisterComponents();
    }

    [LayerDecay(0.5)]
    public sealed partial class Headless : Shape
    {
        [Layer(0)] private readonly Linear stem = Plain();
        [LayerStack] private readonly ModuleList<Linear> blocks = new(Plain());
        [LastLayer] public readonly Linear? pooler = null;
        [LastLayer] public readonly Linear? head = null;
        public Headless() => RegisterComponents();
    }

    [LayerDecay(0.5)]
    public sealed partial class Features : Shape
    {
        [LayerStack] private readonly Sequential features = Sequential(Plain(), ReLU(), Plain());
        public Features() => RegisterComponents();
    }

    [LayerDecay(0.5)]
    public sealed partial class IndexedFeatures : Shape
    {
        [LayerStack(CountEmpty = true)] private readonly Sequential features = Sequential(Plain(), ReLU(), Plain());
        public IndexedFeatures() => RegisterComponents();
    }

    [LayerDecay(0.5)]
    public sealed partial class ListOfNet : Shape
    {
#pragma warning disable LDG040 // what is shown is that the live model is refused as well
        [LayerStack] private readonly List<Linear> blocks = [Plain(), Plain()];
#pragma warning restore LDG040
        [LastLayer] private readonly Linear head = Plain();
        public ListOfNet() => RegisterComponents();
    }
}
