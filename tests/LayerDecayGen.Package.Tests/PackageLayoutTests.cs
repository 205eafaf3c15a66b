using System.IO.Compression;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace LayerDecayGen.Package.Tests;

/// <summary>What each package holds, says of itself and depends on.</summary>
public sealed class PackageLayoutTests
{
    private static readonly Dictionary<string, string[]> s_dependencies = new()
    {
        ["LayerDecayGen"] = ["TorchSharp"],
        ["LayerDecayGen.Interop"] = ["LayerDecayGen", "LayerDecayGen.References"],
        ["LayerDecayGen.Plotting"] = ["LayerDecayGen", "ScottPlot"],
        ["LayerDecayGen.References"] = ["LayerDecayGen"],
        ["LayerDecayGen.Training"] = ["LayerDecayGen", "Microsoft.Extensions.Logging.Abstractions"],
    };

    private static readonly string[] s_ofTheCore =
    [
        "analyzers/dotnet/cs/LayerDecayGen.CodeFixes.dll",
        "analyzers/dotnet/cs/LayerDecayGen.Generator.dll",
        "buildTransitive/LayerDecayGen.targets",
        "buildTransitive/TorchSharpOnOlderLinux.targets",
        "buildTransitive/UpdateGroups.targets",
        "buildTransitive/WeakenVersionNeed.cs",
    ];

    [Test]
    public void EveryRuntimeAssemblyIsAPackage()
    {
        Assert.That(PackedPackage.Names, Is.EqualTo(s_dependencies.Keys.Order(StringComparer.Ordinal)));
        var packed = Directory.GetFiles(PackedPackage.Feed, "*.nupkg");
        Assert.That(packed, Is.EquivalentTo(PackedPackage.Names.Select(PackedPackage.File)));
    }

    [TestCaseSource(typeof(PackedPackage), nameof(PackedPackage.Names))]
    public void HoldsItsAssemblyItsDocumentationAndTheReadme(string name)
    {
        using var archive = ZipFile.OpenRead(PackedPackage.File(name));
        var files = archive.Entries.Select(e => e.FullName).Where(n => !n.StartsWith("_rels/") && !n.StartsWith("package/") && n != "[Content_Types].xml");
        string[] expected = [$"{name}.nuspec", "README.md", $"lib/net8.0/{name}.dll", $"lib/net8.0/{name}.xml"];
        Assert.That(files, Is.EquivalentTo(name == "LayerDecayGen" ? [.. expected, .. s_ofTheCore] : expected));
    }

    [TestCaseSource(typeof(PackedPackage), nameof(PackedPackage.Names))]
    public void SaysWhatItIs(string name)
    {
        var fields = Nuspec(name).Elements().ToDictionary(e => e.Name.LocalName);
        Assert.That(fields["description"].Value, Is.Not.EqualTo("Package Description").And.Length.GreaterThan(40));
        Assert.That((fields["license"].Value, fields["readme"].Value), Is.EqualTo(("MIT", "README.md")));
        Assert.That(fields["tags"].Value, Does.Contain("torchsharp"));
        Assert.That(fields.Keys, Has.No.Member("projectUrl").And.No.Member("iconUrl"), "addresses that do not exist");
        Assert.That(fields.GetValueOrDefault("repository")?.Attribute("url"), Is.Null, "an address that does not exist");
    }

    [TestCaseSource(typeof(PackedPackage), nameof(PackedPackage.Names))]
    public void DependsOnWhatItUses(string name)
    {
        var dependencies = Nuspec(name).Descendants().Where(e => e.Name.LocalName == "dependency").ToList();
        Assert.That(dependencies.Select(Id), Is.EquivalentTo(s_dependencies[name]));
        foreach (var ours in dependencies.Where(d => Id(d).StartsWith("LayerDecayGen", StringComparison.Ordinal)))
        {
            Assert.That(ours.Attribute("version")!.Value, Is.EqualTo(PackedPackage.Version));
            Assert.That(ours.Attribute("exclude"), Is.Null, "the generator and the build files come with it");
        }
    }

    [TestCaseSource(typeof(PackedPackage), nameof(PackedPackage.Names))]
    public void SymbolsComeBesideIt(string name)
    {
        using var archive = ZipFile.OpenRead(Path.ChangeExtension(PackedPackage.File(name), ".snupkg"));
        Assert.That(archive.Entries.Select(e => e.FullName), Has.Member($"lib/net8.0/{name}.pdb"));
    }

    [Test]
    public void PackingAgainGivesTheSameContent()
    {
        var again = Path.Combine(PackedPackage.Folder, "again");
        PackedPackage.PackInto(again);
        foreach (var name in PackedPackage.Names)
            Assert.That(Content(Path.Combine(again, Path.GetFileName(PackedPackage.File(name)))), Is.EqualTo(Content(PackedPackage.File(name))), name);
    }

    private static string Id(XElement dependency) => dependency.Attribute("id")!.Value;

    private static XElement Nuspec(string name)
    {
        using var archive = ZipFile.OpenRead(PackedPackage.File(name));
        using var stream = archive.GetEntry($"{name}.nuspec")!.Open();
        return XDocument.Load(stream).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
    }

    private static Dictionary<string, string> Content(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        return archive.Entries.ToDictionary(e => e.FullName, Hash);
    }

    private static string Hash(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
