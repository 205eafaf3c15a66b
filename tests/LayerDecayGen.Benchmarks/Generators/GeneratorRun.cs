using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Benchmarks.Generators;

/// <summary>
/// One contender over so many types: a first run, a run after an edit elsewhere, a run after an edit of a type. Edits replace one tree, as an editor
/// does, so that references are bound once for all.
/// </summary>
internal sealed class GeneratorRun
{
    private readonly IIncrementalGenerator _generator;
    private readonly SyntaxTree[] _trees;
    private readonly CSharpCompilation _empty;
    private readonly CSharpCompilation _compilation;
    private readonly GeneratorDriver _primed;
    private int _edits;

    public GeneratorRun(Contender contender, int types)
    {
        _generator = contender.Load();
        _trees = BenchmarkCompilation.Parse(contender.Sources(types));
        _empty = BenchmarkCompilation.Empty();
        _compilation = _empty.AddSyntaxTrees(_trees).AddSyntaxTrees(Unrelated(0));
        _primed = Driver().RunGenerators(_compilation);
        var result = _primed.GetRunResult();
        if (result.GeneratedTrees.IsEmpty || result.Results.Any(r => r.Exception is not null))
        {
            var reason = result.Results[0].Exception?.ToString() ?? string.Join('\n', result.Diagnostics);
            throw new InvalidOperationException($"{contender.Name} generated nothing: {reason}");
        }
    }

    /// <summary>A first run over a compilation whose symbols nobody has read yet.</summary>
    public void Cold() => Driver().RunGenerators(_empty.AddSyntaxTrees(_trees));

    /// <summary>A run after an edit of a file that holds no type of the generator's.</summary>
    public void UnrelatedEdit()
    {
        var old = _compilation.SyntaxTrees[^1];
        _primed.RunGenerators(_compilation.ReplaceSyntaxTree(old, Unrelated(++_edits)));
    }

    /// <summary>A run after a member was added to one type.</summary>
    public void RelatedEdit()
    {
        var old = _trees[^1];
        var text = old.ToString();
        var end = text.LastIndexOf('}');
        var edited = CSharpSyntaxTree.ParseText(text.Insert(end, $" private readonly int edit{++_edits} = 0; "), BenchmarkCompilation.Options, old.FilePath);
        _primed.RunGenerators(_compilation.ReplaceSyntaxTree(old, edited));
    }

    private GeneratorDriver Driver() => CSharpGeneratorDriver.Create([_generator.AsSourceGenerator()], parseOptions: BenchmarkCompilation.Options);

    private static SyntaxTree Unrelated(int edit) =>
        CSharpSyntaxTree.ParseText(
            $"namespace Elsewhere {{ internal static class Helper {{ public static int Value() => {edit}; }} }}",
            BenchmarkCompilation.Options,
            "Helper.cs");
}
