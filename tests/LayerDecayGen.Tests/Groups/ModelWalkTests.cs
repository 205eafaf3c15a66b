using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests;

/// <summary>The groups of a model without attributes show what the walk of a live model finds.</summary>
public sealed class ModelWalkTests
{
    [TestCaseSource(nameof(Models))]
    public void TheWalkFindsWhatNamedParametersFindsInItsOrder(Func<Module> make)
    {
        using var model = make();
        var groups = new ParameterGroups(model, new FlatRecipe());
        var first = groups.Facts.Parameters.Where(p => p.TiedTo is null).ToList();
        Assert.That(first.Select(p => p.Name), Is.EqualTo(model.named_parameters().Select(p => p.name)));
        Assert.That(first.Select(p => p.Shape.ToArray()), Is.EqualTo(model.named_parameters().Select(p => p.parameter.shape)));
    }

    [Test]
    public void RolesComeFromTheRunTimeTypeOfTheHolder()
    {
        using var model = Sequential(
            ("embedding", Embedding(4, 6)), ("linear", Linear(6, 6)), ("mixed", Conv2d(6, 12, 3)), ("depthwise", Conv2d(6, 6, 3, groups: 6)),
            ("norm", LayerNorm([3, 4])), ("slope", PReLU(3)), ("own", new Holder()), ("ownNorm", new MyRmsNorm()));
        var roles = new ParameterGroups(model, new FlatRecipe()).Facts.Parameters.Select(p => $"{p.Name} {p.Role}");
        Assert.That(roles, Is.EqualTo(new[]
        {
            "embedding.weight Embedding", "linear.weight HiddenMatrix", "linear.bias Bias", "mixed.weight Convolution", "mixed.bias Bias",
            "depthwise.weight DepthwiseConvolution", "depthwise.bias Bias", "norm.weight Norm", "norm.bias Norm", "slope.weight Vector",
            "own.matrix Unknown", "own.scale Scalar", "own.vector Vector", "ownNorm.gain Norm",
        }));
    }

    [Test]
    public void InsideNativeLayersTheNameDecides()
    {
        using var model = TransformerEncoderLayer(8, 2, 16);
        var roles = new ParameterGroups(model, new FlatRecipe()).Facts.Parameters.ToDictionary(p => p.Name, p => p.Role.ToString());
        Assert.That(roles["norm1.weight"], Is.EqualTo("Norm"));
        Assert.That(roles["norm2.bias"], Is.EqualTo("Norm"));
        Assert.That(roles["self_attn.in_proj_weight"], Is.EqualTo("HiddenMatrix"));
        Assert.That(roles["self_attn.in_proj_bias"], Is.EqualTo("Bias"));
    }

    private static IEnumerable<TestCaseData> Models()
    {
        yield return Case("linear", () => Linear(3, 2));
        yield return Case("nested sequential", () => Sequential(("a", Sequential(Linear(3, 3), ReLU(), Linear(3, 2))), ("b", LayerNorm(2))));
        yield return Case("native transformer", () => TransformerEncoder(TransformerEncoderLayer(8, 2, 16), 2));
        yield return Case("native recurrent", () => LSTM(3, 4, numLayers: 2, bidirectional: true));
        yield return Case("attention", () => MultiheadAttention(8, 2, add_bias_kv: true));
        yield return Case("parameters of its own before its children", () => new Mixed());
    }

    private static TestCaseData Case(string name, Func<Module> make) => new TestCaseData(make).SetName(name);

    private sealed class Holder : Module<Tensor, Tensor>
    {
        private readonly Parameter matrix = new(zeros(2, 3));
        private readonly Parameter scale = new(ones([]));
        private readonly Parameter vector = new(ones(4));

        public Holder() : base(nameof(Holder)) => RegisterComponents();

        public override Tensor forward(Tensor input) => input;
    }

    private sealed class MyRmsNorm : Module<Tensor, Tensor>
    {
        private readonly Parameter gain = new(ones(4));

        public MyRmsNorm() : base(nameof(MyRmsNorm)) => RegisterComponents();

        public override Tensor forward(Tensor input) => input;
    }

    private sealed class Mixed : Module<Tensor, Tensor>
    {
        private readonly ModuleList<Module<Tensor, Tensor>> list = ModuleList<Module<Tensor, Tensor>>(Linear(2, 2), new Holder());
        private readonly ParameterList extra = new(new Parameter(zeros(1)), new Parameter(zeros(2)));
        private readonly Linear shared = Linear(2, 2);
        private readonly Linear again;
        private readonly Parameter own = new(zeros(3));

        public Mixed() : base(nameof(Mixed))
        {
            again = shared;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => input;
    }
}
