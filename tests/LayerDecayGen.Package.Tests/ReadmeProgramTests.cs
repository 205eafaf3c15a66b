using System.Text.RegularExpressions;

namespace LayerDecayGen.Package.Tests;

/// <summary>The README's first program, pasted into a project that has nothing but the packages, prints what the README says.</summary>
public sealed partial class ReadmeProgramTests
{
    private static string Readme => File.ReadAllText(Path.Combine(Dotnet.RepositoryRoot, "README.md")).ReplaceLineEndings("\n");

    [Test]
    public void TheFirstProgramPrintsItsTable()
    {
        var consumer = new Consumer("LayerDecayGen");
        consumer.Write(Path.Combine("Uses", "LayerDecayGen.cs"), Program().Match(Readme).Groups[1].Value);
        consumer.Build("readme", "-p:LayerDecayGenLoadTorchSharpOnOlderLinux=true");
        var (exitCode, printed) = consumer.Run("readme");
        Assert.That((exitCode, printed.ReplaceLineEndings("\n")), Is.EqualTo((0, Printed().Match(Readme).Groups[1].Value.Trim())));
    }

    [Test]
    public void AMistakeInItIsSaidWhereItStands()
    {
        var consumer = new Consumer("LayerDecayGen");
        var mistaken = Program().Match(Readme).Groups[1].Value.Replace("[LastLayer]               private readonly Linear head", "private readonly Linear head", StringComparison.Ordinal);
        consumer.Write(Path.Combine("Uses", "LayerDecayGen.cs"), mistaken);
        var (exitCode, output) = consumer.TryBuild("mistaken");
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Does.Contain("LDG010").And.Contain("head"));
    }

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Program();

    [GeneratedRegex(@"```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Printed();
}
