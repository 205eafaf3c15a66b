using System.Reflection;

namespace LayerDecayGen.Tests.Interop;

/// <summary>Snapshots of exported files, <c>Interop/_snapshots/Class.Method.verified.ext</c>. Accept with SNAPSHOTS=accept; refused where CI=true.</summary>
internal static class TextSnapshot
{
    private static readonly string Folder = Path.Combine(
        typeof(TextSnapshot).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ProjectDirectory").Value!, "Interop", "_snapshots");

    public static void Match(string text, string extension)
    {
        var test = TestContext.CurrentContext.Test;
        var file = Path.Combine(Folder, $"{test.ClassName!.Split('.')[^1]}.{test.MethodName}.verified.{extension}");
        if (Environment.GetEnvironmentVariable("SNAPSHOTS") == "accept")
        {
            Assert.That(Environment.GetEnvironmentVariable("CI"), Is.Not.EqualTo("true"), "snapshots are not accepted where CI=true");
            Directory.CreateDirectory(Folder);
            File.WriteAllText(file, text);
        }

        Assert.That(text, Is.EqualTo(File.Exists(file) ? File.ReadAllText(file) : ""), $"accept with: SNAPSHOTS=accept dotnet test --filter Name={test.MethodName}");
    }
}
