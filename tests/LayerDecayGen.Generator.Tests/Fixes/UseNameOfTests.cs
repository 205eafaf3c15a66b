using LayerDecayGen.CodeFixes;
using LayerDecayGen.Generator.Analyzers;

namespace LayerDecayGen.Generator.Tests.Fixes;

public sealed class UseNameOfTests
{
    [Test]
    public Task ANameOfAMemberBecomesNameOf() => Fixed(
        """[Layer(0, {|LDG029:"stem"|}), LastLayer({|LDG029:"head"|})]""", """[Layer(0, nameof(Net.stem)), LastLayer(nameof(Net.head))]""",
        """[LayerStack(LayerOf = {|LDG029:"Depth"|})]""", """[LayerStack(LayerOf = nameof(Depth))]""");

    [Test]
    public Task APathATemplateAndANameThatIsNoMemberStay() => Fixed(
        """[Layer(0, "stem.weight"), Layer(1, "block_{i}"), LastLayer("named"), NoWeightDecay("elsewhere")]""",
        """[Layer(0, "stem.weight"), Layer(1, "block_{i}"), LastLayer("named"), NoWeightDecay("elsewhere")]""",
        "[LayerStack]", "[LayerStack]");

    private static Task Fixed(string onClass, string expectedOnClass, string onMember, string expectedOnMember) =>
        Fix.OfAnalyzer<NameOfAnalyzer, UseNameOfFix>(Net(onClass, onMember), Net(expectedOnClass, expectedOnMember));

    private static string Net(string onClass, string onMember) => $$"""
        {{onClass}}
        public partial class Net : Module<Tensor, Tensor>
        {
            private readonly Linear stem = Linear(4, 4);
            {{onMember}} private readonly ModuleList<Linear> blocks = new();
            private readonly Linear head = Linear(4, 4);
            [TorchSharp.Utils.ComponentName(Name = "other")] private readonly Linear named = Linear(4, 4);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
            private static int Depth(int index) => index;
        }
        """;
}
