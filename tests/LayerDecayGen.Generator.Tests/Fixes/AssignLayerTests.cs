using LayerDecayGen.Generator.Analyzers;
using LayerDecayGen.CodeFixes;

namespace LayerDecayGen.Generator.Tests.Fixes;

public sealed class AssignLayerTests
{
    [Test]
    public Task ASingleModuleMayBeTheStem() => Fixed("private readonly Linear {|LDG010:fc|} = null!;", "[Layer(0)] private readonly Linear fc = null!;", 0);

    [Test]
    public Task ASingleModuleMayBeTheTop() => Fixed("private readonly Linear {|LDG010:fc|} = null!;", "[LastLayer] private readonly Linear fc = null!;", 1);

    [Test]
    public Task AListIsAStackFirstOfAll() => Fixed(
        "private readonly ModuleList<Linear> {|LDG010:blocks|} = null!;", "[LayerStack] private readonly ModuleList<Linear> blocks = null!;", 0);

    [Test]
    public Task ANativeEncoderIsAStackToo() => Fixed(
        "private readonly TransformerEncoder {|LDG010:encoder|} = null!;", "[LayerStack] private readonly TransformerEncoder encoder = null!;", 0);

    [Test]
    public Task OtherAttributesAndCommentsStay() => Fixed(
        "/// <summary>Tokens.</summary>\n    [NoWeightDecay] public Linear {|LDG010:Fc|} { get; } = null!;",
        "/// <summary>Tokens.</summary>\n    [Layer(0)] [NoWeightDecay] public Linear Fc { get; } = null!;", 0);

    [Test]
    public Task FixAllPutsEveryMemberIntoTheSameLayer() => Fixed(
        "private readonly Linear {|LDG010:a|} = null!;\n    private readonly Linear {|LDG010:b|} = null!;",
        "[Layer(0)] private readonly Linear a = null!;\n    [Layer(0)] private readonly Linear b = null!;", 0);

    private static Task Fixed(string member, string expected, int offer) =>
        Fix.OfAnalyzer<ModelAnalyzer, AssignLayerFix>(Net(member), Net(expected), offer);

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
