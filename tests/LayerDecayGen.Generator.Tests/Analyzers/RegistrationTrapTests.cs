using Microsoft.CodeAnalysis;
using static LayerDecayGen.Generator.Tests.Analyzers.Analysis;

namespace LayerDecayGen.Generator.Tests.Analyzers;

/// <summary>
/// The traps of LayerDecayGen.Tests/Traps/Models, where each is shown to train nothing: the marked lines are reported, and nothing else in the file,
/// the corrected classes beside the traps among it.
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
    public async Task PragmaSilences(string id) =>
        Assert.That(await Run($"#pragma warning disable {id}\n" + Trap(id), CheckAllModules), Is.Empty);

    [TestCaseSource(nameof(Traps))]
    public async Task EditorConfigSetsTheSeverity(string id)
    {
        var errors = await Run(Trap(id), CheckAllModules, $"dotnet_diagnostic.{id}.severity = error");
        var none = await Run(Trap(id), CheckAllModules, $"dotnet_diagnostic.{id}.severity = none");
        Assert.That(errors, Is.Not.Empty.And.All.Property(nameof(Diagnostic.Severity)).EqualTo(DiagnosticSeverity.Error));
        Assert.That(none, Is.Empty);
    }

    private static string Trap(string id)
    {
        using var stream = typeof(RegistrationTrapTests).Assembly.GetManifestResourceStream($"Traps/{id}.cs")!;
        return new StreamReader(stream).ReadToEnd();
    }
}
