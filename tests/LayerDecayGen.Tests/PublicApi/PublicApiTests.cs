using System.Reflection;
using System.Text;
using LayerDecayGen.Snapshots;
using PublicApiGenerator;

namespace LayerDecayGen.Tests.PublicApi;

/// <summary>
/// What users may call, as committed text beside this file: a change of it is a decision, so it is seen, and accepted on purpose.
/// </summary>
public class PublicApiTests
{
    private static readonly ApiGeneratorOptions s_options = new() { IncludeAssemblyAttributes = false };

    [TestCase("LayerDecayGen")]
    [TestCase("LayerDecayGen.References")]
    [TestCase("LayerDecayGen.Training")]
    [TestCase("LayerDecayGen.Interop")]
    [TestCase("LayerDecayGen.Plotting")]
    public void IsWhatWasAccepted(string assembly)
    {
        var api = Assembly.Load(assembly).GeneratePublicApi(s_options).ReplaceLineEndings("\n");
        Assert.That(api, Does.Contain($"namespace {assembly}"));
        var failures = new StringBuilder();
        SnapshotFile.Compare(Path.Combine(SnapshotFile.Folder("PublicApi"), $"{assembly}.verified.txt"), api, failures);
        if (failures.Length > 0) Assert.Fail($"The public API is not what was accepted.\n{failures}{SnapshotFile.HowToAccept}");
    }
}
