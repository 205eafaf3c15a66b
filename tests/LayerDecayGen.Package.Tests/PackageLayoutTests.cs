using System.IO.Compression;
using System.Xml.Linq;

namespace LayerDecayGen.Package.Tests;

public sealed class PackageLayoutTests
{
    [Test]
    public void The_package_holds_library_analyzers_targets_and_readme_and_nothing_else()
    {
        using var archive = ZipFile.OpenRead(PackedPackage.File);
        var files = archive.Entries.Select(e => e.FullName).Where(n => !n.StartsWith("_rels", StringComparison.Ordinal) && !n.StartsWith("package/", StringComparison.Ordinal) && n != "[Content_Types].xml");
        Assert.That(files, Is.EquivalentTo(new[]
        {
            "LayerDecayGen.nuspec",
            "README.md",
            "analyzers/dotnet/cs/LayerDecayGen.CodeFixes.dll",
            "analyzers/dotnet/cs/LayerDecayGen.Generator.dll",
            "buildTransitive/LayerDecayGen.targets",
            "buildTransitive/TorchSharpOnOlderLinux.targets",
            "buildTransitive/WeakenVersionNeed.cs",
            "lib/net8.0/LayerDecayGen.dll",
            "lib/net8.0/LayerDecayGen.xml",
        }));
    }

    [Test]
    public void The_package_depends_on_TorchSharp_alone()
    {
        using var archive = ZipFile.OpenRead(PackedPackage.File);
        using var stream = archive.GetEntry("LayerDecayGen.nuspec")!.Open();
        var dependencies = XDocument.Load(stream).Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value);
        Assert.That(dependencies, Is.EqualTo(new[] { "TorchSharp" }));
    }

    [Test]
    public void Symbols_come_beside_it() =>
        Assert.That(Path.ChangeExtension(PackedPackage.File, ".snupkg"), Does.Exist);

    [Test]
    public void Packing_again_gives_the_same_content()
    {
        var again = Path.Combine(PackedPackage.Folder, "again");
        PackedPackage.PackInto(again);
        Assert.That(Content(Path.Combine(again, Path.GetFileName(PackedPackage.File))), Is.EqualTo(Content(PackedPackage.File)));
    }

    private static Dictionary<string, string> Content(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        return archive.Entries.ToDictionary(e => e.FullName, Hash);
    }

    private static string Hash(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(stream));
    }
}
