using LayerDecayGen.CodeFixes;
using LayerDecayGen.Generator.Analyzers;

namespace LayerDecayGen.Generator.Tests.Fixes;

public sealed class KeepInitResultTests
{
    [Test]
    public Task AVariableNobodyReadsGoesWithTheKeyword() => Fixed("""
        // Keeps its comment.
                using var weight = {|LDG050:init.xavier_uniform_(fc.weight)|};
                using var _ = {|LDG050:init.zeros_(fc.bias!)|};
        """, """
        // Keeps its comment.
                init.xavier_uniform_(fc.weight);
                init.zeros_(fc.bias!);
        """);

    [Test]
    public Task AVariableThatIsReadStays() => Fixed("""
        using var weight = {|LDG050:init.xavier_uniform_(fc.weight)|};
                weight.mul_(2);
        """, """
        var weight = init.xavier_uniform_(fc.weight);
                weight.mul_(2);
        """);

    [Test]
    public Task AStatementKeepsItsBody() => Fixed("""
        using ({|LDG050:init.zeros_(fc.bias!)|}) { }
                using ({|LDG050:init.ones_(fc.weight)|})
                {
                    fc.weight.mul_(2);
                }
        """, """
        init.zeros_(fc.bias!);
                init.ones_(fc.weight);
                {
                    fc.weight.mul_(2);
                }
        """);

    private static Task Fixed(string body, string expected) =>
        Fix.OfAnalyzer<RegistrationTrapAnalyzer, KeepInitResultFix>(Net(body), Net(expected));

    private static string Net(string body) => $$"""
        public class Net : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(4, 4);
            public Net() : base("Net")
            {
                RegisterComponents();
                {{body}}
            }
            public override Tensor forward(Tensor x) => fc.forward(x);
        }
        """;
}
