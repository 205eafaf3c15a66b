using LayerDecayGen.Generator.Analyzers;
using LayerDecayGen.Generator.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using TorchSharp;

namespace LayerDecayGen.Generator.Tests.Fixes;

/// <summary>
/// Applies a fix to marked source, once and through fix-all, and asserts that the result compiles and is no longer reported.
/// </summary>
internal static class Fix
{
    /// <param name="source">Source after the usual usings; <c>{|LDG040:blocks|}</c> marks what is to be reported.</param>
    /// <param name="expected">The same after the fix; what is still marked has to be still reported.</param>
    /// <param name="offer">Which of several fixes, counted from 0.</param>
    public static Task OfAnalyzer<TAnalyzer, TFix>(string source, string expected, int offer = 0)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new() =>
        Run(
            new Test<TAnalyzer, TFix>(withGenerator: typeof(TAnalyzer) == typeof(ModelAnalyzer)),
            Compiler.Usings + source, Compiler.Usings + expected, offer);

    /// <summary>The same with a file beside the source that the fix writes.</summary>
    public static async Task OfGroupsFile(string source, string name, string file, string expectedFile)
    {
        var test = new Test<ModelAnalyzer, CodeFixes.UpdateGroupsFix>(withGenerator: true);
        test.TestState.AdditionalFiles.Add(("/0/" + name, file));
        test.FixedState.AdditionalFiles.Add(("/0/" + name, expectedFile));
        await Run(test, Compiler.Usings + source, Compiler.Usings + source.Replace("{|LDG025:", "").Replace("|}", ""), offer: 0);
    }

    /// <summary>The same with a whole file on both sides, its usings among what changes.</summary>
    public static Task OfFile<TAnalyzer, TFix>(string source, string expected)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new() => Run(new Test<TAnalyzer, TFix>(withGenerator: false), source, expected, offer: 0);

    private static async Task Run<TAnalyzer, TFix>(Test<TAnalyzer, TFix> test, string source, string expected, int offer)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        test.TestCode = source;
        test.FixedCode = expected;
        test.CodeActionIndex = offer;
        test.TestState.AnalyzerConfigFiles.Add(("/.editorconfig", "root = true\n[*.cs]\n" + Generator.Tests.Analyzers.Analysis.CheckAllModules));
        await test.RunAsync();
    }

    private sealed class Test<TAnalyzer, TFix> : CSharpCodeFixTest<TAnalyzer, TFix, DefaultVerifier>
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        private readonly bool _withGenerator;

        public Test(bool withGenerator)
        {
            _withGenerator = withGenerator;
            TestBehaviors |= TestBehaviors.SkipGeneratedSourcesCheck;
            ReferenceAssemblies = new ReferenceAssemblies("net10.0");
            TestState.AdditionalReferences.AddRange(CompilerReferences.Framework);
            TestState.AdditionalReferences.Add(CompilerReferences.Of<torch.nn.Module>());
            TestState.AdditionalReferences.Add(CompilerReferences.Of<LayerDecayAttribute>());
            // TorchSharp is built for an older framework: the SDK unifies the two in silence, a bare compilation warns.
            DisabledDiagnostics.AddRange(["CS1701", "CS1702"]);
        }

        protected override IEnumerable<Type> GetSourceGenerators() => _withGenerator ? [typeof(LayerDecayGenerator)] : [];

        protected override Microsoft.CodeAnalysis.ParseOptions CreateParseOptions() =>
            ((Microsoft.CodeAnalysis.CSharp.CSharpParseOptions)base.CreateParseOptions())
                .WithLanguageVersion(Microsoft.CodeAnalysis.CSharp.LanguageVersion.Latest);
    }
}
