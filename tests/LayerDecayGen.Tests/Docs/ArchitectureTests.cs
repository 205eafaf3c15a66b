using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Tests.Docs;

/// <summary>Which folder of the core uses which, read from its source by the compiler.</summary>
public sealed class ArchitectureTests
{
    private const string Implicit =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http;
        global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly string s_core = Path.Combine(Document.Root, "runtime", "LayerDecayGen");

    // From, to, and one place where it is used.
    private static readonly Lazy<IReadOnlyDictionary<(string From, string To), string>> s_uses = new(ReadUses);

    [Test]
    public void FoldersHaveNoCycle()
    {
        var left = s_uses.Value.Keys.ToList();
        while (left.RemoveAll(use => left.All(other => other.From != use.To)) > 0) { }
        Assert.That(left.Select(use => $"{use.From} -> {use.To}: {s_uses.Value[use]}"), Is.Empty);
    }

    [Test]
    public void ThePictureIsTheSource()
    {
        var picture = "graph TD\n" + string.Concat(s_uses.Value.Keys.Order().Select(use => $"    {use.From} --> {use.To}\n"));
        Assert.That(Document.At("docs/architecture.md").Blocks.Single(b => b.Language == "mermaid").Text, Is.EqualTo(picture));
    }

    private static Dictionary<(string From, string To), string> ReadUses()
    {
        var trees = Directory.EnumerateDirectories(s_core).Where(folder => Path.GetFileName(folder) is not ("bin" or "obj"))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)).Concat(Linked())
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), path: file)).ToList();
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("LayerDecayGen", StringComparison.Ordinal)).Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create("Core", [.. trees, CSharpSyntaxTree.ParseText(Implicit)], references, options);
        Assert.That(compilation.GetDiagnostics().Where(d => d.Id is "CS0103" or "CS0234" or "CS0246"), Is.Empty, "names that the compiler does not find");
        var uses = new Dictionary<(string From, string To), string>();
        foreach (var tree in trees)
        {
            var model = compilation.GetSemanticModel(tree);
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
                if (TypeOf(model.GetSymbolInfo(name).Symbol) is { } type && FolderOf(type) is { } to && FolderOf(tree.FilePath) != to)
                    uses.TryAdd((FolderOf(tree.FilePath), to), $"{Path.GetFileName(tree.FilePath)} uses {type.Name}");
        }

        return uses;
    }

    // Sources that the core shares with the generator stand in the folder of their link.
    private static IEnumerable<string> Linked() =>
        XDocument.Load(Path.Combine(s_core, "LayerDecayGen.csproj")).Descendants("Compile").Where(c => c.Attribute("Link") is not null)
            .Select(c => Path.GetFullPath(Path.Combine(s_core, c.Attribute("Include")!.Value)));

    private static INamedTypeSymbol? TypeOf(ISymbol? symbol) => symbol as INamedTypeSymbol ?? symbol?.ContainingType;

    private static string? FolderOf(INamedTypeSymbol type) =>
        type.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault() is { } declaration ? FolderOf(declaration.SyntaxTree.FilePath) : null;

    private static string FolderOf(string path)
    {
        var folder = Path.GetRelativePath(s_core, path).Split('/', '\\')[0];
        return folder == ".." ? "Groups" : folder;
    }
}
