using LayerDecayGen.CodeFixes;
using LayerDecayGen.Generator.Analyzers;

namespace LayerDecayGen.Generator.Tests.Fixes;

/// <summary>LDG041 and LDG042: where <c>RegisterComponents()</c> is put.</summary>
public sealed class RegisterTests
{
    [Test]
    public Task EveryConstructorThatCallsNoOtherEndsWithTheCall() => NeverRegistered(
        """
            public Block(int size) : base("Block")
            {
                fc = Linear(size, size);
            }
            public Block(string name) : base(name) => fc = Linear(4, 4);
            public Block() : this(4) { }
        """,
        """
            public Block(int size) : base("Block")
            {
                fc = Linear(size, size);
                RegisterComponents();
            }
            public Block(string name) : base(name)
            {
                fc = Linear(4, 4);
                RegisterComponents();
            }
            public Block() : this(4) { }
        """);

    [Test]
    public Task AConstructorThatMayEndEarlyIsLeftToAPerson()
    {
        const string constructor = "    public Block(bool deep = true) : base(\"Block\") { fc = Linear(4, 4); if (!deep) return; fc = Linear(4, 4); }";
        return NeverRegistered(constructor, constructor, isFixed: false);
    }

    [Test]
    public Task TheCallMovesBehindTheLastComponent() => Late(
        """
        fc = Linear(4, 4);
                // Registers.
                RegisterComponents();
                {|LDG042:head = Linear(4, 4)|};
                {|LDG042:blocks.Add(Linear(4, 4))|};
                this.to(CPU);
        """,
        """
        fc = Linear(4, 4);
                head = Linear(4, 4);
                blocks.Add(Linear(4, 4));
                // Registers.
                RegisterComponents();
                this.to(CPU);
        """);

    [TestCase("RegisterComponents(); apply(_ => { }); {|LDG042:head = Linear(4, 4)|};")]
    [TestCase("RegisterComponents(); {|LDG042:head = Linear(4, 4)|}; register_module(\"further\", Linear(4, 4));")]
    [TestCase("if (blocks.Count == 0) { RegisterComponents(); {|LDG042:head = Linear(4, 4)|}; }")]
    public Task WhatMayNeedTheRegistrationIsLeftToAPerson(string body) => Late(body, body);

    private static Task NeverRegistered(string constructors, string expected, bool isFixed = true) =>
        Fix.OfAnalyzer<RegistrationTrapAnalyzer, RegisterAtTheEndFix>(
            Sequence(constructors, "{|LDG041:new Block()|}"), Sequence(expected, isFixed ? "new Block()" : "{|LDG041:new Block()|}"));

    private static string Sequence(string constructors, string block) => $$"""
        public class Block : Module<Tensor, Tensor>
        {
            private readonly Linear fc;
        {{constructors}}
            public override Tensor forward(Tensor x) => fc.forward(x);
        }

        public class Net : Module<Tensor, Tensor>
        {
            private readonly Sequential body = Sequential({{block}}, {{block}});
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => body.forward(x);
        }
        """;

    private static Task Late(string body, string expected) => Fix.OfAnalyzer<RegistrationTrapAnalyzer, RegisterLaterFix>(Net(body), Net(expected));

    private static string Net(string body) => $$"""
        public class Net : Module<Tensor, Tensor>
        {
            private readonly Linear fc = null!;
            private readonly Linear head = null!;
            private readonly ModuleList<Linear> blocks = new();
            public Net() : base("Net")
            {
                {{body}}
            }
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
