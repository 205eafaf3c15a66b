using System.Reflection;
using System.Text;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace LayerDecayGen.Snapshots;

/// <summary>
/// A committed text that a test compares with. Accept a change with SNAPSHOTS=accept; refused where CI=true.
/// </summary>
internal static class SnapshotFile
{
    private static readonly string s_project = typeof(SnapshotFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static data => data.Key == "ProjectDirectory").Value!;

    /// <summary>A folder of the test project's sources.</summary>
    public static string Folder(string name) => Path.Combine(s_project, name);

    /// <summary>The command that accepts what the running test received.</summary>
    public static string HowToAccept =>
        $"Accept with: SNAPSHOTS=accept dotnet test tests/{Path.GetFileName(s_project)} -c Release "
        + $"--filter Name~{TestContext.CurrentContext.Test.MethodName}";

    /// <summary>Compares, and accepts where that is asked for; differences go to <paramref name="failures"/> line by line.</summary>
    public static void Compare(string file, string actual, StringBuilder failures)
    {
        var received = file.Replace(".verified.", ".received.");
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
