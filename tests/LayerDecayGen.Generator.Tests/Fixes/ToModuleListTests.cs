using LayerDecayGen.CodeFixes;
using LayerDecayGen.Generator.Analyzers;

namespace LayerDecayGen.Generator.Tests.Fixes;

public sealed class ToModuleListTests
{
    [Test]
    public Task AnArrayWithItsElements() => Fixed("""
        private readonly Linear[] {|LDG040:blocks|} = new[] { Linear(4, 4), Linear(4, 4) };
            private readonly Linear[] {|LDG040:more|} = { Linear(4, 4) };
            private readonly Linear[] {|LDG040:others|} = [Linear(4, 4), Linear(4, 4)];
            public int Depth => blocks.Length + this.more.Length;
        """, """
        private readonly ModuleList<Linear> blocks = new ModuleList<Linear>(Linear(4, 4), Linear(4, 4));
            private readonly ModuleList<Linear> more = new ModuleList<Linear>(Linear(4, 4));
            private readonly ModuleList<Linear> others = [Linear(4, 4), Linear(4, 4)];
            public int Depth => blocks.Count + this.more.Count;
        """);

    [Test]
    public Task AListFilledInTheConstructor() => Fixed("""
        private readonly System.Collections.Generic.List<Module<Tensor, Tensor>> {|LDG040:blocks|};
            private void Fill(Linear[] given)
            {
                blocks.Add(Linear(4, 4));
                blocks.AddRange(given);
            }
        """, """
        private readonly ModuleList<Module<Tensor, Tensor>> blocks;
            private void Fill(Linear[] given)
            {
                blocks.Add(Linear(4, 4));
                blocks.extend(given);
            }
        """,
        "blocks = new System.Collections.Generic.List<Module<Tensor, Tensor>>(); Fill([]);",
        "blocks = new ModuleList<Module<Tensor, Tensor>>(); Fill([]);");

    [Test]
    public Task AQueryBecomesTheArgument() => Fixed(
        "private readonly Linear[] {|LDG040:blocks|};",
        "private readonly ModuleList<Linear> blocks;",
        "blocks = System.Linq.Enumerable.Range(0, 3).Select(_ => Linear(4, 4)).ToArray();",
        "blocks = new ModuleList<Linear>(System.Linq.Enumerable.Range(0, 3).Select(_ => Linear(4, 4)).ToArray());");

    [Test]
    public Task AnArrayFilledByIndexIsLeftToAPerson() => Fixed(
        "private readonly Linear[] {|LDG040:blocks|} = new Linear[1];", "private readonly Linear[] {|LDG040:blocks|} = new Linear[1];",
        "blocks[0] = Linear(4, 4);", "blocks[0] = Linear(4, 4);");

    [Test]
    public Task ADictionaryHasNoMechanicalFix() => Fixed(
        "private readonly System.Collections.Generic.Dictionary<string, Linear> {|LDG040:heads|} = new();",
        "private readonly System.Collections.Generic.Dictionary<string, Linear> {|LDG040:heads|} = new();");

    private static Task Fixed(string members, string expected, string statement = "", string expectedStatement = "") =>
        Fix.OfAnalyzer<RegistrationTrapAnalyzer, ToModuleListFix>(Net(members, statement), Net(expected, expectedStatement));

    private static string Net(string members, string statement) => "using System.Linq;\n" + $$"""
        public class Net : Module<Tensor, Tensor>
        {
            {{members}}
            public Net() : base("Net")
            {
                {{statement}}
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
