using LayerDecayGen.CodeFixes;

namespace LayerDecayGen.Generator.Tests.Fixes;

public sealed class AssignLayerTests
{
    [Test]
    public Task ASingleModuleMayBeTheStem() => Fixed("private readonly Linear {|LDG010:fc|};", "[Layer(0)] private readonly Linear fc;", 0);

    [Test]
    public Task ASingleModuleMayBeTheTop() => Fixed("private readonly Linear {|LDG010:fc|};", "[LastLayer] private readonly Linear fc;", 1);

    [Test]
    public Task AListIsAStackFirstOfAll() => Fixed(
        "private readonly ModuleList<Linear> {|LDG010:blocks|};", "[LayerStack] private readonly ModuleList<Linear> blocks;", 0);

    [Test]
    public Task ANativeEncoderIsAStackToo() => Fixed(
        "private readonly TransformerEncoder {|LDG010:encoder|};", "[LayerStack] private readonly TransformerEncoder encoder;", 0);

    [Test]
    public Task OtherAttributesAndCommentsStay() => Fixed(
        "/// <summary>Tokens.</summary>\n    [NoWeightDecay] public Linear {|LDG010:Fc|} { get; }",
        "/// <summary>Tokens.</summary>\n    [Layer(0)] [NoWeightDecay] public Linear Fc { get; }", 0);

    [Test]
    public Task FixAllPutsEveryMemberIntoTheSameLayer() => Fixed(
        "private readonly Linear {|LDG010:a|};\n    private readonly Linear {|LDG010:b|};",
        "[Layer(0)] private readonly Linear a;\n    [Layer(0)] private readonly Linear b;", 0);

    private static Task Fixed(string member, string expected, int offer) =>
        Fix.OfGenerator<AssignLayerFix>(Net(member), Net(expected), offer);

    private static string Net(string member) => $$"""
        [LayerDecay(0.75)]
        public partial class Net : Module<Tensor, Tensor>
        {
            [LastLayer] private readonly Linear head = null!;
            {{member}}
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
