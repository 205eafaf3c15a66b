using System.Text;
using LayerDecayGen.Snapshots;

namespace LayerDecayGen.Generator.Tests.Support;

/// <summary>Snapshots of generated files under Verify's names, <c>_snapshots/Class.Method#Hint.g.verified.cs</c>.</summary>
internal static class Snapshot
{
    private static readonly string s_folder = SnapshotFile.Folder("_snapshots");

    public static void Match(Generated generated)
    {
        var test = TestContext.CurrentContext.Test;
        var name = $"{test.ClassName!.Split('.')[^1]}.{test.MethodName}";
        var expected = Directory.GetFiles(s_folder, name + "#*.verified.cs")
            .Concat(Directory.GetFiles(s_folder, name + ".verified.txt"))
            .ToHashSet();
        var failures = new StringBuilder();
        foreach (var source in generated.Result.GeneratedSources)
        {
            var hint = source.HintName[..^".cs".Length];
            Compare($"{name}#{hint}.verified.cs", $"//HintName: {source.HintName}\n{source.SourceText}");
        }

        if (!generated.Diagnostics.IsEmpty) Compare(name + ".verified.txt", string.Join('\n', generated.Diagnostics) + "\n");
        foreach (var orphan in expected) failures.AppendLine($"No longer generated: {orphan}");
        if (failures.Length > 0) Assert.Fail($"{failures}{SnapshotFile.HowToAccept}");

        void Compare(string file, string actual)
        {
            var path = Path.Combine(s_folder, file);
            expected.Remove(path);
            SnapshotFile.Compare(path, actual, failures);
        }
    }
}
