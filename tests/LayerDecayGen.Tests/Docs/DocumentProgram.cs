extern alias generator;

using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;
using LayerDecayGenerator = generator::LayerDecayGen.Generator.LayerDecayGenerator;

namespace LayerDecayGen.Tests.Docs;

/// <summary>
/// The C# of a document as programs. A hidden block <c>csharp</c> begins one, and so does the document; the blocks that follow belong to it.
/// What a program prints must hold the <c>text</c> blocks beside it, in their order.
/// </summary>
internal sealed class DocumentProgram(string name)
{
    // What a console project of the SDK has.
    private const string Implicit =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading.Tasks;";

    // A hidden block makes its program one of fragments, which take usings and the README's model as given.
    private const string Given =
        """
        global using System.Globalization; global using LayerDecayGen; global using LayerDecayGen.Interop; global using LayerDecayGen.References;
        global using LayerDecayGen.Tests.Docs; global using LayerDecayGen.Training; global using TorchSharp; global using TorchSharp.PyBridge; global using TorchSharp.Modules;
        global using static LayerDecayGen.Schedule; global using static TorchSharp.torch; global using static TorchSharp.torch.nn;
        """;

    private readonly List<CodeBlock> _code = [];

    public string Name { get; } = name;

    public List<string> Printed { get; } = [];

    public static IEnumerable<DocumentProgram> Of(Document document)
    {
        var program = new DocumentProgram(document.Path);
        var count = 1;
        foreach (var block in document.Blocks)
        {
            if (block is { IsHidden: true, Language: "csharp" })
            {
                if (program._code.Count > 0) yield return program;
                program = new DocumentProgram($"{document.Path}, program {++count}");
            }

            if (block.Language is "csharp" or "more") program._code.Add(block);
            else if (block.Language == "text") program.Printed.Add(block.Text);
        }

        if (program._code.Count > 0) yield return program;
    }

    /// <summary>Runs it in an empty folder and returns what it prints.</summary>
    public string Run()
    {
        var entry = Compile().EntryPoint!;
        var (console, folder) = (Console.Out, Environment.CurrentDirectory);
        var temporary = Directory.CreateTempSubdirectory("document");
        using var printed = new StringWriter();
        try
        {
            Console.SetOut(printed);
            Environment.CurrentDirectory = temporary.FullName;
            entry.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = folder;
            temporary.Delete(recursive: true);
        }

        return printed.ToString();
    }

    private Assembly Compile()
    {
        var units = _code.Select(block => CSharpSyntaxTree.ParseText(block.Text).GetCompilationUnitRoot()).ToList();
        var members = units.SelectMany(u => u.Members).ToLookup(m => m is GlobalStatementSyntax);
        var program = CompilationUnit().AddUsings([.. units.SelectMany(u => u.Usings)]).AddMembers([.. members[true], .. members[false]]);
        var usings = _code.Any(block => block.IsHidden) ? Implicit + Given : Implicit;
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Document",
            [CSharpSyntaxTree.ParseText(usings), CSharpSyntaxTree.ParseText(program.ToFullString())],
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create(new LayerDecayGenerator()).RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _);
        using var stream = new MemoryStream();
        var errors = complete.Emit(stream).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error);
        Assert.That(errors, Is.Empty, program.ToFullString());
        return Assembly.Load(stream.ToArray());
    }
}
