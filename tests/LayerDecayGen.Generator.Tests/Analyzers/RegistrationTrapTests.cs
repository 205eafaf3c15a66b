using LayerDecayGen.Generator.Tests.Rules;
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

    [Test, Rule("LDG040", Shows.Positive), Rule("LDG040", Shows.Negative)]
    public Task CollectionsOfComponents() => ReportsMarkedLines(Trap("LDG040"), CheckAllModules);

    [Test, Rule("LDG041", Shows.Positive), Rule("LDG041", Shows.Negative)]
    public Task ChildrenOfASequentialThatNeverRegister() => ReportsMarkedLines(Trap("LDG041"), CheckAllModules);

    [Test, Rule("LDG042", Shows.Positive), Rule("LDG042", Shows.Negative)]
    public Task ComponentsAfterRegistration() => ReportsMarkedLines(Trap("LDG042"), CheckAllModules);

    [Test, Rule("LDG043", Shows.Positive), Rule("LDG043", Shows.Negative)]
    public Task ComponentsAfterTheBaseRegistered() => ReportsMarkedLines(Trap("LDG043"), CheckAllModules);

    [Test, Rule("LDG044", Shows.Positive), Rule("LDG044", Shows.Negative)]
    public Task FieldsThatHide() => ReportsMarkedLines(Trap("LDG044"), CheckAllModules);

    [Test, Rule("LDG045", Shows.Positive), Rule("LDG045", Shows.Negative)]
    public Task TensorsThatRequireGrad() => ReportsMarkedLines(Trap("LDG045"), CheckAllModules);

    [Test, Rule("LDG046", Shows.Positive), Rule("LDG046", Shows.Negative)]
    public Task RegisteredNames() => ReportsMarkedLines(Trap("LDG046"), CheckAllModules);

    [Test, Rule("LDG047", Shows.Positive), Rule("LDG047", Shows.Negative)]
    public Task NamesOfTheCompiler() => ReportsMarkedLines(Trap("LDG047"), CheckAllModules);

    [Test, Rule("LDG048", Shows.Positive), Rule("LDG048", Shows.Negative)]
    public Task ComponentsReplaced() => ReportsMarkedLines(Trap("LDG048"), CheckAllModules);

    [Test, Rule("LDG049", Shows.Positive), Rule("LDG049", Shows.Negative)]
    public Task InstancesAppendedTwice() => ReportsMarkedLines(Trap("LDG049"), CheckAllModules);

    [Test, Rule("LDG050", Shows.Positive), Rule("LDG050", Shows.Negative)]
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
