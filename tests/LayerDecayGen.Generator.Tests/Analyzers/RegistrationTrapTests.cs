using LayerDecayGen.Generator.Tests.Support;
using Microsoft.CodeAnalysis.CSharp;
using static LayerDecayGen.Generator.Tests.Analyzers.Analysis;

namespace LayerDecayGen.Generator.Tests.Analyzers;

/// <summary>
/// The traps of LayerDecayGen.Tests/Traps/Models, where each is shown to train nothing: the marked lines are reported, and nothing else
/// in the file, the corrected classes beside the traps among it.
/// </summary>
public sealed class RegistrationTrapTests
{
    private static readonly string[] Traps = [
        "LDG040", "LDG041", "LDG042", "LDG043", "LDG044", "LDG045", "LDG046", "LDG047", "LDG048", "LDG049", "LDG050",
    ];

    [Test]
    public Task CollectionsOfComponents() => ReportsMarkedLines(Trap("LDG040"), CheckAllModules);

    [Test]
    public Task ChildrenOfASequentialThatNeverRegister() => ReportsMarkedLines(Trap("LDG041"), CheckAllModules);

    [Test]
    public Task ComponentsAfterRegistration() => ReportsMarkedLines(Trap("LDG042"), CheckAllModules);

    [Test]
    public Task ComponentsAfterTheBaseRegistered() => ReportsMarkedLines(Trap("LDG043"), CheckAllModules);

    [Test]
    public Task FieldsThatHide() => ReportsMarkedLines(Trap("LDG044"), CheckAllModules);

    [Test]
    public Task TensorsThatRequireGrad() => ReportsMarkedLines(Trap("LDG045"), CheckAllModules);

    [Test]
    public Task RegisteredNames() => ReportsMarkedLines(Trap("LDG046"), CheckAllModules);

    [Test]
    public Task NamesOfTheCompiler() => ReportsMarkedLines(Trap("LDG047"), CheckAllModules);

    [Test]
    public Task ComponentsReplaced() => ReportsMarkedLines(Trap("LDG048"), CheckAllModules);

    [Test]
    public Task InstancesAppendedTwice() => ReportsMarkedLines(Trap("LDG049"), CheckAllModules);

    [Test]
    public Task UsingOnInitResults() => ReportsMarkedLines(Trap("LDG050"), CheckAllModules);

    [TestCaseSource(nameof(Traps))]
    public async Task SilentInModelsThatDoNotOptIn(string id) => Assert.That(await Run(Trap(id)), Is.Empty);

    [TestCaseSource(nameof(Traps))]
    public async Task NeverThrowsOnBrokenCode(string id)
    {
        var random = new Random(int.Parse(id.AsSpan(3)));
        var tokens = CSharpSyntaxTree.ParseText(Trap(id)).GetRoot().DescendantTokens()
            .Select(static token => token.ToFullString()).ToList();
        for (var i = 0; i < 2; i++) {
            var broken = new List<string>(tokens);
            broken.RemoveRange(random.Next(tokens.Count - 5), 1 + random.Next(5));
            var config = new EditorConfig(CheckAllModules);
            await Run(Configure(Compiler.Compile([string.Concat(broken)]), config), config);
        }
    }

    private static string Trap(string id)
    {
        using var stream = typeof(RegistrationTrapTests).Assembly.GetManifestResourceStream($"Traps/{id}.cs")!;
        return new StreamReader(stream).ReadToEnd();
    }
}
