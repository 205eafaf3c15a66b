namespace LayerDecayGen.Tests.Docs;

/// <summary>A live model is compared with its groups file.</summary>
public sealed class ReviewTests
{
    private string _path = "";

    [SetUp]
    public void MakePath() => _path = Path.GetTempFileName();

    [TearDown]
    public void Delete() => File.Delete(_path);

    // Three blocks between the stem and the head: layers 1 to 3 of 5, 0.75^3 to 0.75^1.
    [Test]
    public void TheLiveModelFillsInTheDepth()
    {
        var text = new VisionTransformer().GetParameterGroups(new() { WeightDecay = 0.05 }).ToGroupsFile();
        Assert.That(text, Does.Contain("| section | layer | names | weight decay | lr factor | frozen | number | lr scale |\n"));
        Assert.That(text, Does.Contain("| Blocks | each child | `blocks.{i}` | | | | 1 to 3 | 0.4219 to 0.75 |\n"));
        Assert.That(text, Does.Contain("| Head | last | `head` | | | | 4 | 1 |\n"));
    }

    [Test]
    public void AChangeAtRunTimeIsNamedWithBothLines()
    {
        var groups = new VisionTransformer().GetParameterGroups(new() { WeightDecay = 0.05 });
        File.WriteAllText(_path, groups.ToGroupsFile());
        groups.Head.LearningRateScale = 2;
        groups.Blocks[0].Frozen = true;
        Assert.That(() => groups.EnsureMatches(_path), Throws.InvalidOperationException.With.Message.Contains(
            "the line was \"| Head | last | `head` | | | | 4 | 1 |\" and is now \"| Head | last | `head` | | 2 at run time | | 4 | 1 |\".")
            .And.Message.Contains("| [0] yes at run time |"));
    }

    [Test]
    public void AnotherDepthIsNamedAndAFileWithoutNumbersLeavesItOpen()
    {
        var groups = new VisionTransformer().GetParameterGroups(new() { WeightDecay = 0.05 });
        File.WriteAllText(_path, groups.ToGroupsFile().Replace("1 to 3", "1 to 12", StringComparison.Ordinal));
        Assert.That(() => groups.EnsureMatches(_path), Throws.InvalidOperationException.With.Message.Contains("| 1 to 12 |"));
        var declared = File.ReadAllLines(_path).Select(l => l.StartsWith('|') ? string.Join('|', l.Split('|')[..7]) + "|" : l);
        File.WriteAllLines(_path, declared);
        Assert.That(() => groups.EnsureMatches(_path), Throws.Nothing);
    }
}
