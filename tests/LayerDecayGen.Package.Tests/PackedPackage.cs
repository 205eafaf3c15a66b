using System.Globalization;

namespace LayerDecayGen.Package.Tests;

/// <summary>The packages as users get them: packed once for all tests, into a feed of their own, under a version that no cache can hold.</summary>
[SetUpFixture]
public sealed class PackedPackage
{
    public static string Folder { get; } = Directory.CreateTempSubdirectory("layerdecaygen-package-").FullName;

    public static string Feed { get; } = Path.Combine(Folder, "feed");

    public static string Version { get; } = "0.1.0-test." + DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);

    /// <summary>Every assembly under runtime/ is a package of its name.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetDirectories(Path.Combine(Dotnet.RepositoryRoot, "runtime")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static string File(string name) => Path.Combine(Feed, $"{name}.{Version}.nupkg");

    [OneTimeSetUp]
    public void Pack() => PackInto(Feed);

    public static void PackInto(string folder)
    {
        foreach (var name in Names)
            Dotnet.Succeed(
                Dotnet.RepositoryRoot, "pack", Path.Combine("runtime", name), "-c", Dotnet.Configuration, "--no-build", "-o", folder, $"-p:PackageVersion={Version}");
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(Folder, recursive: true);
}
