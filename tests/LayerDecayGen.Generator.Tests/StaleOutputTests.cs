using FsCheck;
using FsCheck.Fluent;
using LayerDecayGen.Generator.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Generator.Tests;

/// <summary>After any edits in any files, one driver gives what a cold run gives.</summary>
public sealed class StaleOutputTests
{
    private const string Model = "public sealed partial class M : ";
    private const string Module = "Module<Tensor, Tensor>";
    private const string Body = " public override Tensor forward(Tensor x) => x; }";

    // Each file in several states; null is a file that is not there. They refer to one another by usings, aliases, bases and constants.
    private static readonly string?[][] s_files =
    [
        [
            $$"""namespace App { [LayerDecay(0.5)] {{Model}}{{Module}} { [Layer(0)] private readonly Linear stem = Linear(2, 2); private readonly Block block = new(); public M() : base("m") { RegisterComponents(); }{{Body}} }""",
            $$"""namespace App { [LayerDecay(0.5)] {{Model}}MyBase { [Layer(0)] private readonly Linear a = Linear(2, 2);{{Body}} }""",
            $$"""namespace App { [LayerDecay(0.5)] {{Model}}{{Module}} { private const string Stem = Keys.Stem; [Layer(0)] private readonly Linear a = Linear(2, 2); [LastLayer] private readonly Block block = new(); public M() : base("m") { register_module(Stem, a); RegisterComponents(); }{{Body}} }""",
            $$"""namespace App { [LayerDecay(0.8), LastLayer("block")] {{Model}}{{Module}} { private readonly Block block = new(); public M() : base("m") { RegisterComponents(); }{{Body}} }""",
            """namespace App { [LayerDecay(0.5, For = typeof(Block))] [Layer(0, "l")] internal static partial class BlockGroups { } }""",
        ],
        [
            "using N1; namespace App { public class Block : Base { } public abstract class MyBase : Base { public int Count = 2; } public static class Keys { public const string Stem = \"stem\"; } }",
            "using N2; namespace App { public class Block : Base { } public abstract class MyBase : Base { public int Count = 2; } public static class Keys { public const string Stem = \"trunk\"; } }",
            "namespace App { using B = N2.Base; public class Block : B { } public abstract class MyBase : B { public int Groups = 2; } public static class Keys { public const string Stem = \"stem\"; } }",
            "namespace App { using B = N1.Base; internal class Block : B { } public abstract class MyBase : N2.Base { } public static class Keys { public const string Stem = \"trunk\"; } }",
            "namespace App { public class Block : Base { } public abstract class MyBase : Base { } public static class Keys { public const string Stem = N1.Names.Stem; } }",
        ],
        [
            $$"""namespace N1 { public class Base { } public static class Names { public const string Stem = "one"; } } namespace N2 { public class Base : {{Module}} { private readonly Linear l = Linear(2, 2); public Base() : base("b") { RegisterComponents(); }{{Body}} }""",
            $$"""namespace N1 { public class Base : {{Module}} { [NoWeightDecay] private readonly Linear l = Linear(2, 2); public Base() : base("b") { RegisterComponents(); }{{Body}} public static class Names { public const string Stem = "two"; } } namespace N2 { public class Base { } }""",
            "namespace N1 { public class Base { } public static class Names { public const string Stem = \"one\"; } } namespace N2 { public class Base { } }",
            null,
        ],
        ["global using N1;", "global using N2;", "global using Base = N2.Base;", null],
    ];

    [FsCheck.NUnit.Property(MaxTest = 300, QuietOnSuccess = true)]
    public Property AnyEditsGiveWhatAColdRunGives() => Prop.ForAll(Edits(12).ToArbitrary(), Follow);

    [FsCheck.NUnit.Property(MaxTest = 10_000, QuietOnSuccess = true), Category("Long")]
    public Property ManyEditsGiveWhatAColdRunGives() => Prop.ForAll(Edits(30).ToArbitrary(), Follow);

    [Test]
    public void DriversForkedInParallelGiveWhatAColdRunGives()
    {
        var start = Compile([0, 0, 0, 3]);
        var driver = Compiler.Driver(start).RunGenerators(start);
        Assert.That(Cold(Compile([0, 1, 0, 3])), Is.Not.EqualTo(Cold(Compile([0, 0, 0, 3]))), "an edit of another file changes the output");
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var edited = Compile([i % 5, i / 5 % 5, i % 4, i / 4 % 4]);
            Assert.That(Text(driver.RunGenerators(edited)), Is.EqualTo(Cold(edited)));
        });
    }

    [Test]
    public void OldCompilationsAreCollected()
    {
        var start = Compile([0, 0, 0, 3]);
        var driver = Compiler.Driver(start).RunGenerators(start);
        var old = Enumerable.Range(0, 50).Select(i => Edit(ref driver, i)).ToList();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(old.Count(w => w.IsAlive), Is.LessThanOrEqualTo(2), "the driver may keep the last ones");
        GC.KeepAlive(driver);
    }

    private static WeakReference Edit(ref GeneratorDriver driver, int i)
    {
        var compilation = Compile([i % 5, i % 5, i % 4, i % 4]);
        driver = driver.RunGenerators(compilation);
        return new WeakReference(compilation);
    }

    private static Gen<(int File, int State)[]> Edits(int most) =>
        Gen.Choose(0, s_files.Length - 1).SelectMany(file => Gen.Choose(0, s_files[file].Length - 1).Select(state => (file, state))).ArrayOf()
            .Resize(most).Where(edits => edits.Length > 0);

    private static bool Follow((int File, int State)[] edits)
    {
        int[] states = [0, 0, 0, 3];
        var compilation = Compile(states);
        GeneratorDriver driver = Compiler.Driver(compilation);
        driver = driver.RunGenerators(compilation);
        foreach (var (file, state) in edits)
        {
            states[file] = state;
            // Trees of files that did not change stay the same objects, as in an editor.
            compilation = Compile(states, compilation);
            driver = driver.RunGenerators(compilation);
            Assert.That(Text(driver), Is.EqualTo(Cold(compilation)), $"after file {file} became {state}");
        }

        return true;
    }

    private static CSharpCompilation Compile(int[] states, CSharpCompilation? before = null)
    {
        var cold = Compiler.Compile(states.Select((s, f) => s_files[f][s]).Select((text, f) => text is null ? "" : f == 3 ? text : Compiler.Usings + text));
        if (before is null) return cold;
        for (var f = 0; f < states.Length; f++)
            if (before.SyntaxTrees[f].GetText().ContentEquals(cold.SyntaxTrees[f].GetText()))
                cold = cold.ReplaceSyntaxTree(cold.SyntaxTrees[f], before.SyntaxTrees[f]);
        return cold;
    }

    private static string[] Cold(CSharpCompilation compilation) => Text(Compiler.Driver(compilation).RunGenerators(compilation));

    private static string[] Text(GeneratorDriver driver)
    {
        var result = driver.GetRunResult().Results.Single();
        Assert.That(result.Exception, Is.Null);
        return Compiler.Describe(result, []);
    }
}
