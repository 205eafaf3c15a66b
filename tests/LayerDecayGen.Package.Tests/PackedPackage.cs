using System.Globalization;

namespace LayerDecayGen.Package.Tests;

/// <summary>The package as users get it: packed once for all tests, into a feed of its own, under a version that no cache can hold.</summary>
[SetUpFixture]
public sealed class PackedPackage
{
    public static string Folder { get; } = Directory.CreateTempSubdirectory("layerdecaygen-package-").FullName;

    public static string Feed { get; } = Path.Combine(Folder, "feed");

    public static string Version { get; } = "0.1.0-test." + DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);

    public static string File { get; } = Path.Combine(Feed, $"LayerDecayGen.{Version}.nupkg");

    [OneTimeSetUp]
    public void Pack() => PackInto(Feed);

    public static void PackInto(string folder) => Dotnet.Succeed(
        Dotnet.RepositoryRoot, "pack", Path.Combine("runtime", "LayerDecayGen"), "-c", Dotnet.Configuration, "--no-build", "-o", folder, $"-p:PackageVersion={Version}");

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(Folder, recursive: true);
}
