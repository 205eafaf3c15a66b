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
    private static IEnumerable<string> Traps => TrapSources.Ids;

    [Test]
    public Task CollectionsOfComponents() => ReportsMarkedLines(TrapSources.Of("LDG040"), CheckAllModules);

    [Test]
    public Task ChildrenOfASequentialThatNeverRegister() => ReportsMarkedLines(TrapSources.Of("LDG041"), CheckAllModules);

    [Test]
    public Task ComponentsAfterRegistration() => ReportsMarkedLines(TrapSources.Of("LDG042"), CheckAllModules);

    [Test]
    public Task ComponentsAfterTheBaseRegistered() => ReportsMarkedLines(TrapSources.Of("LDG043"), CheckAllModules);

    [Test]
    public Task FieldsThatHide() => ReportsMarkedLines(TrapSources.Of("LDG044"), CheckAllModules);

    [Test]
    public Task TensorsThatRequireGrad() => ReportsMarkedLines(TrapSources.Of("LDG045"), CheckAllModules);

    [Test]
    public Task RegisteredNames() => ReportsMarkedLines(TrapSources.Of("LDG046"), CheckAllModules);

    [Test]
    public Task NamesOfTheCompiler() => ReportsMarkedLines(TrapSources.Of("LDG047"), CheckAllModules);

    [Test]
    public Task ComponentsReplaced() => ReportsMarkedLines(TrapSources.Of("LDG048"), CheckAllModules);

    [Test]
    public Task InstancesAppendedTwice() => ReportsMarkedLines(TrapSources.Of("LDG049"), CheckAllModules);

    [Test]
    public Task UsingOnInitResults() => ReportsMarkedLines(TrapSources.Of("LDG050"), CheckAllModules);

    [TestCaseSource(nameof(Traps))]
    public async Task SilentInModelsThatDoNotOptIn(string id) => Assert.That(await Run(TrapSources.Of(id)), Is.Empty);

    [TestCaseSource(nameof(Traps))]
    public async Task NeverThrowsOnBrokenCode(string id)
    {
        var random = new Random(int.Parse(id.AsSpan(3)));
        var tokens = CSharpSyntaxTree.ParseText(TrapSources.Of(id)).GetRoot().DescendantTokens()
            .Select(static token => token.ToFullString()).ToList();
        for (var i = 0; i < 2; i++)
        {
            var broken = new List<string>(tokens);
            broken.RemoveRange(random.Next(tokens.Count - 5), 1 + random.Next(5));
            var config = new EditorConfig(CheckAllModules);
            await Run(Configure(Compiler.Compile([string.Concat(broken)]), config), config);
        }
    }
}
