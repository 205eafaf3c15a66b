using System.Globalization;
using LayerDecayGen.Generator.Tests.Analyzers;
using LayerDecayGen.Generator.Tests.Fixes;
using LayerDecayGen.Generator.Tests.Support;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Tests.Review;

/// <summary>LDG025: each kind of drift at its place, with the lines before and after; silence where training is the same.</summary>
public sealed class DriftTests
{
    private const string Net = """
        [LayerDecay(0.75)]
        public partial class Net : Module<Tensor, Tensor>
        {
            [Layer(0), NoWeightDecay] private readonly Parameter pos_embed = new(zeros(4));
            [Layer(0)] private readonly Linear stem = Linear(4, 4);
            [LayerStack] private readonly ModuleList<Block> blocks = new(new Block());
            [PreviousLayer] private readonly LayerNorm norm = LayerNorm(4);
            [LastLayer] private readonly Linear head = Linear(4, 4);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        public class Block : Module<Tensor, Tensor>
        {
            private readonly Linear attn = Linear(4, 4);
            [NoWeightDecay] private readonly Parameter gamma = new(ones(4));
            public Block() : base("Block") => RegisterComponents();
            public override Tensor forward(Tensor x) => attn.forward(x) * gamma;
        }
        """;

    private const string File = """
        # Net

        Layer decay 0.75 from layer to layer.

        | section | layer | names | weight decay | lr factor | frozen |
        | --- | --- | --- | --- | --- | --- |
        | PosEmbed | 0 | `pos_embed` | none | | |
        | Stem | 0 | `stem` | | | |
        | Blocks | each child | `blocks.{i}` | `blocks.{i}.gamma` none | | |
        | Norm | previous | `norm` | | | |
        | Head | last | `head` | | | |

        """;

    [Test]
    public async Task TheFileOfTheClassIsSilent() => Assert.That(await Found(Net, File), Is.Empty);

    [TestCase("[PreviousLayer] private", "[{|LastLayer|}] private", "| Norm | previous | `norm` | | | |", "| Norm | last | `norm` | | | |", TestName = "Layer")]
    [TestCase("[Layer(0)]", "[Layer(0), {|NoWeightDecay|}]", "| Stem | 0 | `stem` | | | |", "| Stem | 0 | `stem` | none | | |", TestName = "NoWeightDecayAdded")]
    [TestCase("[Layer(0), NoWeightDecay] private readonly Parameter pos_embed", "[Layer(0)] private readonly Parameter {|pos_embed|}", "| PosEmbed | 0 | `pos_embed` | none | | |", "| PosEmbed | 0 | `pos_embed` | | | |", TestName = "NoWeightDecayRemoved")]
    [TestCase("[LastLayer]", "[LastLayer, {|LearningRateScale(2)|}]", "| Head | last | `head` | | | |", "| Head | last | `head` | | 2 | |", TestName = "Scale")]
    [TestCase("[LastLayer]", "[LastLayer, {|WeightDecay(0.3)|}]", "| Head | last | `head` | | | |", "| Head | last | `head` | 0.3 | | |", TestName = "WeightDecay")]
    [TestCase("[Layer(0)]", "[Layer(0), {|Frozen|}]", "| Stem | 0 | `stem` | | | |", "| Stem | 0 | `stem` | | | yes |", TestName = "Frozen")]
    [TestCase("[LayerStack]", "[{|LayerStack(BlocksPerLayer = 2)|}]", "| Blocks | each child | `blocks.{i}` | `blocks.{i}.gamma` none | | |", "| Blocks | each 2 children | `blocks.{i}` | `blocks.{i}.gamma` none | | |", TestName = "BlocksPerLayer")]
    [TestCase("private readonly Linear attn", "[{|Frozen|}] private readonly Linear attn", "| Blocks | each child | `blocks.{i}` | `blocks.{i}.gamma` none | | |", "| Blocks | each child | `blocks.{i}` | `blocks.{i}.gamma` none | | `blocks.{i}.attn` yes |", TestName = "InABlock")]
    [TestCase("Linear head =", "Linear {|classifier|} =", "| Head | last | `head` | | | |", "| Classifier | last | `classifier` | | | |", TestName = "Renamed")]
    [TestCase("[LayerDecay(0.75)]", "[LayerDecay(0.75), {|Frozen(nameof(stem))|}]", "| Stem | 0 | `stem` | | | |", "| Stem | 0 | `stem` | | | yes |", TestName = "ByAPathOnTheClass")]
    public Task AChangedLine(string was, string now, string before, string after) =>
        Drifts(was, now, $"the line was \"{before}\" and is now \"{after}\"");

    [Test]
    public Task ANewSection() => Drifts(
        "    [LastLayer]", "    [PreviousLayer] private readonly LayerNorm {|extra|} = LayerNorm(4);\n    [LastLayer]",
        "there is no line for \"| Extra | previous | `extra` | | | |\"");

    [Test]
    public Task ASectionThatIsGone() => Drifts(
        "[LayerDecay(0.75)]", "[{|LayerDecay(0.75)|}]", "the section of the line \"| Old | 0 | `old` | | | |\" is gone",
        File.Replace("| Stem", "| Old | 0 | `old` | | | |\n| Stem", StringComparison.Ordinal));

    [Test]
    public Task AnotherRate() => Drifts(
        "[LayerDecay(0.75)]", "[{|LayerDecay(0.65)|}]",
        "the rule was \"Layer decay 0.75 from layer to layer.\" and is now \"Layer decay 0.65 from layer to layer.\"");

    [Test]
    public Task AMovedSection() => Drifts(
        "[LayerStack] private readonly ModuleList<Block> blocks = new(new Block());\n    [PreviousLayer] private readonly LayerNorm norm = LayerNorm(4);",
        "[PreviousLayer] private readonly LayerNorm norm = LayerNorm(4);\n    [{|LayerStack|}] private readonly ModuleList<Block> blocks = new(new Block());",
        "the line \"| Blocks | each child | `blocks.{i}` | `blocks.{i}.gamma` none | | |\" stood above \"| Norm | previous | `norm` | | | |\" and stands below it now");

    [TestCase("")]
    [TestCase("# Net\n")]
    public Task AFileWithoutATable(string file) => Drifts("[LayerDecay(0.75)]", "[{|LayerDecay(0.75)|}]", "there is no table yet", file);

    [Test]
    public async Task ADepthThatChangesIsSaidOnceWhereItIsStated()
    {
        var constant = Net.Replace("[LayerStack]", "[LayerStack(Count = 1)]", StringComparison.Ordinal);
        var file = Compiler.Generate(constant).Layout("Net").GroupsFile!;
        Assert.That(await Found(constant, file), Is.Empty);
        var found = await Found(constant.Replace("Count = 1", "Count = 2", StringComparison.Ordinal), file);
        Assert.That(found.Select(Placed), Is.EqualTo((string[])["LayerStack(Count = 2)"]), "the numbers behind it follow");
        var edited = await Found(constant, file.Replace("| 1 | 0.75 |", "| 1 | 0.7 |", StringComparison.Ordinal));
        Assert.That(edited.Select(Placed), Is.EqualTo((string[])["LayerStack(Count = 1)", "PreviousLayer"]), "numbers that follow from nothing");
    }

    [TestCase("\n", "\r\n")]
    [TestCase("| ", "|   ")]
    [TestCase(" |\n", " |  \n")]
    [TestCase("| --- ", "| :---: ")]
    [TestCase("\n| Stem", "\nA note of a person.\n| Stem")]
    [TestCase("# Net", "\uFEFF# Net")]
    public async Task AFormattingOnlyChangeOfTheFileIsSilent(string was, string now) =>
        Assert.That(await Found(Net, Replaced(File, was, now)), Is.Empty);

    [TestCase("[Layer(0), NoWeightDecay]", "[NoWeightDecay]\n    [LayerAttribute(number: 0x0)]\n   ")]
    [TestCase("    [LastLayer]", "\n\n    // The head.\n    [LayerDecayGen.LastLayer]")]
    [TestCase("[LayerDecay(0.75)]", "[LayerDecay(3 / 4.0)]")]
    [TestCase("private readonly Linear head", "internal Linear head")]
    [TestCase("public Net() : base(\"Net\") => RegisterComponents();", "public Net(int width = 4) : base(\"Net\") { RegisterComponents(); }")]
    public async Task AFormattingOnlyChangeOfTheSourceIsSilent(string was, string now) =>
        Assert.That(await Found(Replaced(Net, was, now), File), Is.Empty);

    [TestCase("/src/Other.groups.md")]
    [TestCase("/src/Models/Net.groups.md")]
    [TestCase("/src/Net.md")]
    public async Task NoFileNoRule(string path) => Assert.That(await Found(Net, "", path), Is.Empty);

    [Test]
    public Task TheFixWritesTheFile() => Fix.OfGroupsFile(
        Replaced(Net, "[Layer(0)]", "[Layer(0), {|LDG025:Frozen|}]").Replace("[PreviousLayer]", "[{|LDG025:LastLayer|}]", StringComparison.Ordinal),
        "Net.groups.md",
        File,
        File.Replace("| Stem | 0 | `stem` | | | |", "| Stem | 0 | `stem` | | | yes |", StringComparison.Ordinal).Replace("| previous |", "| last |", StringComparison.Ordinal));

    private static async Task Drifts(string was, string now, string what, string file = File)
    {
        var marked = Replaced(Net, was, now);
        var (start, end) = (marked.IndexOf("{|", StringComparison.Ordinal) + 2, marked.IndexOf("|}", StringComparison.Ordinal));
        var found = await Found(marked.Replace("{|", "").Replace("|}", ""), file);
        Assert.That(found.Select(d => d.GetMessage(CultureInfo.InvariantCulture)), Is.EqualTo((string[])[
            $"Net.groups.md: {what}; if this change of training is meant, apply the fix or run 'dotnet build -t:UpdateGroups'"]));
        Assert.That(Placed(found[0]), Is.EqualTo(marked[start..end]));
        Assert.That(found[0].Severity, Is.EqualTo(DiagnosticSeverity.Warning));
    }

    private static string Replaced(string text, string was, string now)
    {
        Assert.That(text, Does.Contain(was));
        return text.Replace(was, now, StringComparison.Ordinal);
    }

    private static string Placed(Diagnostic found) => found.Location.SourceTree!.ToString().Substring(found.Location.SourceSpan.Start, found.Location.SourceSpan.Length);

    private static async Task<Diagnostic[]> Found(string source, string file, string path = "/src/Net.groups.md")
    {
        var config = new EditorConfig();
        var generated = Compiler.Generate(Analysis.Configure(Compiler.Compile(source), config));
        return [.. await Analysis.Run(generated.Compilation, config, new GroupsFileText(path, file))];
    }
}
