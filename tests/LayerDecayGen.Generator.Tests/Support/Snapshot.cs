using System.Reflection;
using System.Text;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace LayerDecayGen.Generator.Tests.Support;

/// <summary>
/// Snapshots of generated files under Verify's names, <c>_snapshots/Class.Method#Hint.g.verified.cs</c>. Accept with SNAPSHOTS=accept; refused
/// where CI=true.
/// </summary>
internal static class Snapshot
{
    private static readonly string s_folder = Path.Combine(
        typeof(Snapshot).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ProjectDirectory").Value!,
        "_snapshots");

    public static void Match(Generated generated)
    {
        var test = TestContext.CurrentContext.Test;
        var name = $"{test.ClassName!.Split('.')[^1]}.{test.MethodName}";
        var expected = Directory.GetFiles(s_folder, name + "#*.verified.cs").Concat(Directory.GetFiles(s_folder, name + ".verified.txt")).ToHashSet();
        var failures = new StringBuilder();
        foreach (var source in generated.Result.GeneratedSources)
        {
            var hint = source.HintName[..^".cs".Length];
            Compare(Path.Combine(s_folder, $"{name}#{hint}.verified.cs"), $"//HintName: {source.HintName}\n{source.SourceText}", expected, failures);
        }

        if (!generated.Diagnostics.IsEmpty)
            Compare(Path.Combine(s_folder, name + ".verified.txt"), string.Join('\n', generated.Diagnostics) + "\n", expected, failures);
        foreach (var orphan in expected) failures.AppendLine($"No longer generated: {orphan}");
        if (failures.Length > 0)
            Assert.Fail($"{failures}Accept with: SNAPSHOTS=accept dotnet test --filter Name={test.MethodName}");
    }

    private static void Compare(string file, string actual, HashSet<string> expected, StringBuilder failures)
    {
        var received = file.Replace(".verified.", ".received.");
        expected.Remove(file);
        var accepted = File.Exists(file) ? File.ReadAllText(file) : "";
        if (accepted == actual)
        {
            File.Delete(received);
            return;
        }

        if (Environment.GetEnvironmentVariable("SNAPSHOTS") == "accept")
        {
            Assert.That(Environment.GetEnvironmentVariable("CI"), Is.Not.EqualTo("true"), "snapshots are not accepted where CI=true");
            File.WriteAllText(file, actual);
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, actual);
        failures.AppendLine($"{Path.GetFileName(file)} differs:");
        Diff(accepted, actual, failures);
    }

    private static void Diff(string accepted, string actual, StringBuilder failures)
    {
        foreach (var line in InlineDiffBuilder.Diff(accepted, actual).Lines)
        {
            var mark = line.Type switch { ChangeType.Inserted => "+ ", ChangeType.Deleted => "- ", _ => null };
            if (mark is not null) failures.Append(mark).AppendLine(line.Text);
        }
    }
}
