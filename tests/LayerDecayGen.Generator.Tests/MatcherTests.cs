using LayerDecayGen.Generator.Tests.Support;
using System.Reflection;
using LayerDecayGen.Layout;

namespace LayerDecayGen.Generator.Tests;

/// <summary>Generated matchers, compiled, loaded and asked.</summary>
public class MatcherTests
{
    private static readonly LayerLayout s_vit = Compiler.Generate(Models.VisionTransformer).Layout("Zoo.VisionTransformer");

    [TestCase("cls_token", ExpectedResult = "ClsToken no decay")]
    [TestCase("patch_embed.weight", ExpectedResult = "PatchEmbed")]
    [TestCase("blocks.0.qkv.weight", ExpectedResult = "Blocks[0]")]
    [TestCase("blocks.1.qkv.weight", ExpectedResult = "Blocks[1]")]
    [TestCase("blocks.10.qkv.weight", ExpectedResult = "Blocks[10]")]
    [TestCase("blocks.10.gamma_1", ExpectedResult = "Blocks[10] no decay")]
    [TestCase("head.bias", ExpectedResult = "Head")]
    [TestCase("headless.bias", ExpectedResult = null)]
    [TestCase("head_norm", ExpectedResult = null)]
    [TestCase("blocks.x.qkv", ExpectedResult = null)]
    [TestCase("blocks.01.qkv", ExpectedResult = null)]
    [TestCase("blocks.-1.qkv", ExpectedResult = null)]
    [TestCase("blocks.99999999999.qkv", ExpectedResult = null)]
    [TestCase("blocks", ExpectedResult = null)]
    [TestCase("encoder.head.weight", ExpectedResult = null)]
    [TestCase("", ExpectedResult = null)]
    public string? EachNameHasOneSection(string name) => Describe(s_vit, name);

    [Test]
    public void SectionsSayWhatTheAttributesSay()
    {
        Assert.That(s_vit.ModelName, Is.EqualTo("VisionTransformer"));
        Assert.That(s_vit.LayerDecay, Is.EqualTo(0.75));
        Assert.That(
            s_vit.Sections.Select(s => $"{s.Path} {s.Kind} {s.Layer} {s.Attribute}"),
            Is.EqualTo((string[])
            [
                "cls_token Layer 0 [Layer(0)]",
                "pos_embed Layer 0 [Layer(0)]",
                "patch_embed Layer 0 [Layer(0)]",
                "blocks.{i} Stack 0 [LayerStack]",
                "fc_norm PreviousLayer 0 [PreviousLayer]",
                "head LastLayer 0 [LastLayer]",
            ]));
    }

    [Test]
    public void MatchingAllocatesNothing()
    {
        s_vit.Match("blocks.11.gamma_1");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) s_vit.Match("blocks.11.gamma_1");
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void NamesAreThoseThatTorchSharpRegisters()
    {
        var layout = Compiler.Generate("""
            [LayerDecay]
            partial class Net : Module<Tensor, Tensor>
            {
                [Layer(0)] private readonly Linear _stem = Linear(1, 1);
                [Layer(1)] public Linear Auto { get; } = Linear(1, 1);
                [field: TorchSharp.Utils.ComponentName(Name = "renamed")] [Layer(2)] public Linear Named { get; } = Linear(1, 1);
                [Layer(3)] private readonly Linear literal = Linear(1, 1);
                [Layer(4), TorchSharp.Utils.ComponentName(Name = "component")] private readonly Linear field = Linear(1, 1);
                [LastLayer] private readonly Parameter scale = new(zeros(1));
                private const string Scale = "logit_scale";

                public Net() : base("Net")
                {
                    register_module("other_name", literal);
                    this.register_parameter(Scale, scale);
                    RegisterComponents();
                }

                public override Tensor forward(Tensor x) => x;
            }
            """).Layout("Net");
        Assert.That(
            layout.Sections.Select(s => s.Path),
            Is.EqualTo((string[])["_stem", "<Auto>k__BackingField", "renamed", "other_name", "component", "logit_scale"]));
        Assert.That(PropertiesOf(layout), Is.EqualTo((string[])["Stem", "Auto", "Named", "Literal", "Field", "Scale"]));
        Assert.That(Describe(layout, "<Auto>k__BackingField.weight"), Is.EqualTo("Auto"));
        Assert.That(Describe(layout, "literal.weight"), Is.EqualTo("Literal"), "RegisterComponents adds the field's name as well");
    }

    /// <summary>The properties of <c>Groups</c> that show the sections, in their order; "" for a section without one.</summary>
    internal static string[] PropertiesOf(LayerLayout layout)
    {
        var properties = new Queue<string>(layout.GetType().DeclaringType!
            .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(p => p.PropertyType.IsAssignableTo(typeof(SectionView)))
            .OrderBy(p => p.MetadataToken)
            .Select(p => p.Name));
        return [.. layout.Sections.Select(s => s.Kind == SectionKind.Unassigned ? "" : properties.Dequeue())];
    }

    internal static string? Describe(LayerLayout layout, string name)
    {
        if (layout.Match(name) is not { } match) return null;
        var text = PropertiesOf(layout)[match.Section];
        if (match.Stage >= 0) text += $"[{match.Stage}]";
        if (match.Index >= 0) text += $"[{match.Index}]";
        if (match.NoWeightDecay) text += " no decay";
        if (match.Frozen) text += " frozen";
        if (match.LearningRateScale != 1) text += FormattableString.Invariant($" lr {match.LearningRateScale}");
        if (!double.IsNaN(match.WeightDecay)) text += FormattableString.Invariant($" wd {match.WeightDecay}");
        return text;
    }
}
