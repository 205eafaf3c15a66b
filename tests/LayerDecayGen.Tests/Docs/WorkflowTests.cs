using YamlDotNet.RepresentationModel;

namespace LayerDecayGen.Tests.Docs;

/// <summary>The workflows parse, run on three systems, and build, test, check the format and pack by files that exist.</summary>
public sealed class WorkflowTests
{
    private static readonly string s_folder = Path.Combine(Document.Root, ".github", "workflows");

    [Test]
    public void TheBuildRunsOnThreeSystemsByCommandsThatExist()
    {
        var yaml = new YamlStream();
        using (var text = new StreamReader(Path.Combine(s_folder, "build.yml"))) yaml.Load(text);
        var job = yaml.Documents.Single().RootNode["jobs"]["test"];
        Assert.That(((YamlSequenceNode)job["strategy"]["matrix"]["os"]).Select(o => o.ToString().Split('-')[0]), Is.EqualTo(new[] { "ubuntu", "windows", "macos" }));
        var commands = ((YamlSequenceNode)job["steps"]).Cast<YamlMappingNode>().Where(s => s.Children.ContainsKey("run")).Select(s => s["run"].ToString()).ToList();
        Assert.That(commands.Select(c => c.Split(' ')[1]), Is.EqualTo(new[] { "format", "test", "pack" }));
        foreach (var solution in commands.Select(c => c.Split(' ').Single(w => w.EndsWith(".sln", StringComparison.Ordinal))))
            Assert.That(Path.Combine(Document.Root, solution), Does.Exist);
    }
}
