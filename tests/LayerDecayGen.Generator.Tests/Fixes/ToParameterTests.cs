using LayerDecayGen.CodeFixes;
using LayerDecayGen.Generator.Analyzers;

namespace LayerDecayGen.Generator.Tests.Fixes;

public sealed class ToParameterTests
{
    [Test]
    public Task TheTypeAndEveryValueChange() => Fixed(
        """
        private readonly Tensor {|LDG045:scale|} = ones(4, requires_grad: true) * 0.5;
            private Tensor? {|LDG045:shift|} = null;
            [field: TorchSharp.Utils.ComponentName(Name = "Gate")] public Tensor {|LDG045:Gate|} { get; } = ones(4, dtype: float32, requires_grad: true);
        """,
        """
        private readonly Parameter scale = new Parameter(ones(4) * 0.5);
            private Parameter? shift = null;
            [field: TorchSharp.Utils.ComponentName(Name = "Gate")] public Parameter Gate { get; } = new Parameter(ones(4, dtype: float32));
        """,
        "shift = zeros(4).requires_grad_(true);", "shift = new Parameter(zeros(4));");

    [Test]
    public Task ATensorAskedLaterIsMadeAParameterAtOnce() => Fixed(
        "private readonly Tensor {|LDG045:scale|};", "private readonly Parameter scale;",
        "scale = ones(4); scale.requires_grad = true;", "scale = new Parameter(ones(4)); scale.requires_grad = true;");

    [TestCase("public Tensor {|LDG045:scale|} = ones(4, requires_grad: true);", "")]
    [TestCase("private readonly Tensor? {|LDG045:scale|};", "scale = flag ? ones(4, requires_grad: true) : null;")]
    [TestCase("private readonly Tensor {|LDG045:scale|};", "scale = ones([4], null, null, true);")]
    [TestCase("private readonly Tensor {|LDG045:scale|} = ones(4, requires_grad: true), {|LDG045:shift|} = ones(4, requires_grad: true);", "")]
    public Task WhatIsNotMechanicalIsLeftToAPerson(string member, string statement) => Fixed(member, member, statement, statement);

    private static Task Fixed(string members, string expected, string statement, string expectedStatement) =>
        Fix.OfAnalyzer<RegistrationTrapAnalyzer, ToParameterFix>(Net(members, statement), Net(expected, expectedStatement));

    private static string Net(string members, string statement) => $$"""
        public class Net : Module<Tensor, Tensor>
        {
            {{members}}
            public Net(bool flag) : base("Net")
            {
                {{statement}}
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
