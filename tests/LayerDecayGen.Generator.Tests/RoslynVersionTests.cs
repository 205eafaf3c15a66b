using System.Text;
using LayerDecayGen.Generator.Tests.Analyzers;
using LayerDecayGen.Generator.Tests.Support;
using LayerDecayGen.RandomModels;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Generator.Tests;

/// <summary>
/// The compilers that a user may have: what ships is built against the oldest, and every other one gives the same text and the same diagnostics.
/// docs/compilers.md says how to run all tests under one of them.
/// </summary>
public class RoslynVersionTests
{
    private static readonly Version s_oldest = new(4, 8, 0, 0);
    private static readonly Lazy<string> s_here = new(Everything);

    [Test]
    public void WhatShipsIsBuiltAgainstTheOldest()
    {
        foreach (var shipped in new[] { typeof(LayerDecayGenerator).Assembly, typeof(CodeFixes.MakePartialFix).Assembly })
        {
            var compiler = shipped.GetReferencedAssemblies().Where(static name => name.Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));
            Assert.That(compiler.Select(static name => name.Version), Is.Not.Empty.And.All.EqualTo(s_oldest), shipped.GetName().Name);
        }
    }

    [Test]
    public void TheseTestsRunUnderTheCompilerThatTheBuildNames() => Assert.That(Version(), Does.StartWith(BuildFacts.Of("TestRoslynVersion")));

    [TestCase("4.8.0")]
    [TestCase("4.14.0")]
    [TestCase("5.0.0")]
    [TestCase("5.9.0")]
    public void EveryCompilerGivesTheSame(string version)
    {
        var other = new OtherRoslyn(version);
        Assert.That(other.Call<string>(Version), Does.StartWith(version), "the compiler that runs is the one that is asked for");
        Assert.That(s_here.Value, Does.Contain("class Groups").And.Contain("LDG050"));
        Assert.That(other.Call<string>(Everything), Is.EqualTo(s_here.Value));
    }

    /// <summary>The version of the compiler at hand.</summary>
    public static string Version() => typeof(CSharpCompilation).Assembly.GetName().Version!.ToString();

    /// <summary>What the generator says of models of every manner, and the analyzers of every trap.</summary>
    public static string Everything()
    {
        var text = new StringBuilder();
        foreach (var source in Sources())
        {
            var generated = Compiler.Generate(Compiler.Compile([source], language: LanguageVersion.CSharp12));
            foreach (var file in generated.Result.GeneratedSources) text.Append("// ").AppendLine(file.HintName).Append(file.SourceText);
            text.AppendJoin('\n', generated.Diagnostics);
        }

        foreach (var trap in TrapSources.Ids)
        {
            var found = Analysis.Run(TrapSources.Of(trap), Analysis.CheckAllModules).GetAwaiter().GetResult();
            text.AppendJoin('\n', found.Select(static diagnostic => diagnostic.ToString()).Order(StringComparer.Ordinal));
        }

        return text.ToString();
    }

    private static IEnumerable<string> Sources() =>
    [
        Compiler.Usings + Models.VisionTransformer,
        .. from manner in Enum.GetValues<Manner>()
           from seed in Enumerable.Range(0, 5)
           select new ModelWriter(seed, manner).Write($"{manner}{seed}"),
    ];
}
