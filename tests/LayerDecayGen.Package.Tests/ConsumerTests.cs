using System.Security.Cryptography;
using System.Text;

namespace LayerDecayGen.Package.Tests;

/// <summary>
/// Applications outside the repository, one per package, that take it from a feed with a package folder of their own: they restore, generate
/// and run. Everything but our packages comes from the folder that the build has already filled.
/// </summary>
public sealed class ConsumerTests
{
    private const string Property = "LayerDecayGenLoadTorchSharpOnOlderLinux";
    private const string LoadsOnOlderLinux = $"-p:{Property}=true";

    // Groups: stem, two blocks and head, each with a decayed weight and a bias.
    [TestCase("LayerDecayGen", "8 groups, head scale 1, optimizer of 8 groups")]
    [TestCase("LayerDecayGen.References", "8 parameters by mmengine's rule")]
    [TestCase("LayerDecayGen.Training", "8 groups, 3 updates, loaded equal")]
    [TestCase("LayerDecayGen.Interop", "groups.json names head.weight: True")]
    [TestCase("LayerDecayGen.Plotting", "a picture of 8 groups: True")]
    public void TheConsumerGeneratesAndRuns(string package, string expected)
    {
        var consumer = new Consumer(package);
        consumer.Build("with", LoadsOnOlderLinux);
        Assert.That(consumer.Run("with"), Is.EqualTo((0, expected)));
    }

    [Test]
    public void EveryPackageHasAConsumer() =>
        Assert.That(
            Directory.GetFiles(Path.Combine(Consumer.Source, "Uses")).Select(f => Path.GetFileNameWithoutExtension(f)), Is.EquivalentTo(PackedPackage.Names));

    [Test]
    [Platform("Linux")]
    public void WhereTheCppRuntimeIsOlderTheBuildWarnsAndThePropertyMendsTheCopy()
    {
        var before = SHA256.HashData(File.ReadAllBytes(Dotnet.TorchSharpNative));
        var consumer = new Consumer("LayerDecayGen.Training");
        consumer.Build("with", LoadsOnOlderLinux);
        var quiet = consumer.Build("quiet", $"-p:{Property}=false");
        var warned = consumer.Build("without", "-p:TreatWarningsAsErrors=false");
        Assert.That(SHA256.HashData(File.ReadAllBytes(Dotnet.TorchSharpNative)), Is.EqualTo(before), "the package cache");
        Assert.That(quiet, Does.Not.Contain("LDG090"));

        var (plain, weakened) = (consumer.Native("without"), consumer.Native("with"));
        if (!NeedsTheFix(plain))
        {
            Assert.That(weakened, Is.EqualTo(plain), "a no-op where the C++ runtime is new enough");
            Assert.That(warned, Does.Not.Contain("LDG090"));
            return;
        }

        Assert.That(warned, Does.Contain("warning LDG090").And.Contain(Property));
        Assert.That(Enumerable.Range(0, plain.Length).Count(i => plain[i] != weakened[i]), Is.EqualTo(1), "one flag byte");
        var (exitCode, output) = consumer.Run("without");
        Assert.That(exitCode, Is.Not.Zero, output);
        Assert.That(output, Does.Contain("GLIBCXX_3.4.32' not found").Or.Contain("NotSupportedException"));
    }

    [Test]
    [Platform("Linux")]
    public void AValueThatThePropertyDoesNotHaveIsAnError()
    {
        var consumer = new Consumer("LayerDecayGen");
        var (exitCode, output) = consumer.TryBuild("wrong", $"-p:{Property}=sometimes");
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Does.Contain("error LDG090").And.Contain("must be true, always or false"));
    }

    [Test]
    public void DotnetFormatAppliesTheFixesOfAModelsFindings()
    {
        var consumer = new Consumer("LayerDecayGen");
        var net = consumer.Read("Net.cs");
        var other = net.Replace("Net", "Other");
        consumer.Write("Net.cs", net.Replace("[Layer(0)] ", ""));
        consumer.Write("Other.cs", other.Replace("partial ", ""));
        consumer.Format("LDG001", "LDG010");
        Assert.That(consumer.Read("Net.cs"), Is.EqualTo(net), "LDG010");
        Assert.That(consumer.Read("Other.cs"), Is.EqualTo(other), "LDG001");
    }

    private static bool NeedsTheFix(byte[] library)
    {
        var runtime = new[] { "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "/usr/lib64/libstdc++.so.6" }.FirstOrDefault(File.Exists);
        return Encoding.Latin1.GetString(library).Contains(Elf.Version, StringComparison.Ordinal)
            && runtime is not null && !Encoding.Latin1.GetString(File.ReadAllBytes(runtime)).Contains(Elf.Version + "\0", StringComparison.Ordinal);
    }
}
