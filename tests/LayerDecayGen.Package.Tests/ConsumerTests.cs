using System.Security.Cryptography;
using System.Text;

namespace LayerDecayGen.Package.Tests;

/// <summary>
/// An application outside the repository that takes the package from a feed, with a package folder of its own: it restores, generates, and runs.
/// Everything but our package comes from the folder that the build has already filled.
/// </summary>
public sealed class ConsumerTests
{
    private const string LoadsOnOlderLinux = "-p:LayerDecayGenLoadTorchSharpOnOlderLinux=true";

    private string _folder = "";

    [OneTimeSetUp]
    public void Restore()
    {
        _folder = Path.Combine(PackedPackage.Folder, "consumer");
        Directory.CreateDirectory(_folder);
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Consumer"))) File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(_folder, "nuget.config"), $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{PackedPackage.Feed}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="built" value="{Dotnet.PackageFolder}" /></fallbackPackageFolders>
              <config><add key="globalPackagesFolder" value="{Path.Combine(PackedPackage.Folder, "packages")}" /></config>
            </configuration>
            """);
        Dotnet.Succeed(_folder, ["restore", .. Properties()]);
    }

    [Test]
    public void The_consumer_generates_and_runs()
    {
        Dotnet.Succeed(_folder, ["build", "--no-restore", "-o", "with", LoadsOnOlderLinux, .. Properties()]);
        var (exitCode, output) = Dotnet.Run(_folder, "dotnet", Path.Combine("with", "Consumer.dll"));
        // Stem, two blocks, head: weights decayed and biases not in each.
        Assert.That((exitCode, output.Trim()), Is.EqualTo((0, "8 groups, head scale 1, optimizer of 8 groups")));
    }

    [Test]
    public void Without_the_property_torch_does_not_load_where_libstdcxx_is_older_and_the_package_cache_is_never_written()
    {
        var cached = Path.Combine(Dotnet.PackageFolder, "torchsharp", "0.107.0", "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        var before = SHA256.HashData(File.ReadAllBytes(cached));
        Dotnet.Succeed(_folder, ["build", "--no-restore", "-o", "with", LoadsOnOlderLinux, .. Properties()]);
        Dotnet.Succeed(_folder, ["build", "--no-restore", "-o", "without", .. Properties()]);
        Assert.That(SHA256.HashData(File.ReadAllBytes(cached)), Is.EqualTo(before), "the package cache");

        var native = Path.Combine("runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        var (plain, weakened) = (File.ReadAllBytes(Path.Combine(_folder, "without", native)), File.ReadAllBytes(Path.Combine(_folder, "with", native)));
        if (!NeedsTheFix(plain))
        {
            Assert.That(weakened, Is.EqualTo(plain), "a no-op where the C++ runtime is new enough");
            return;
        }

        Assert.That(Enumerable.Range(0, plain.Length).Count(i => plain[i] != weakened[i]), Is.EqualTo(1), "one flag byte");
        var (exitCode, told) = Dotnet.Run(_folder, "dotnet", Path.Combine("without", "Consumer.dll"));
        Assert.That(exitCode, Is.Not.Zero, told);
        Assert.That(told, Does.Contain("GLIBCXX_3.4.32' not found").Or.Contain("NotSupportedException"));
    }

    private static string[] Properties() => [$"-p:LayerDecayGenVersion={PackedPackage.Version}", $"-p:LibTorchPackage={Dotnet.LibTorchPackage}"];

    private static bool NeedsTheFix(byte[] library)
    {
        const string need = "GLIBCXX_3.4.32";
        if (!OperatingSystem.IsLinux() || !Encoding.Latin1.GetString(library).Contains(need, StringComparison.Ordinal)) return false;
        var runtime = new[] { "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "/usr/lib64/libstdc++.so.6" }.FirstOrDefault(File.Exists);
        return runtime is not null && !Encoding.Latin1.GetString(File.ReadAllBytes(runtime)).Contains(need + "\0", StringComparison.Ordinal);
    }
}
