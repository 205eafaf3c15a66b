using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests;

public sealed class ParameterGroupsTests
{
    [Test]
    public void GroupsFollowLayersAndMergeEqualHyperParameters()
    {
        using var model = new TestModel();
        var groups = new TestGroups(model);
        var shown = groups.Select(g => $"{g.Name} {g.LearningRateScale} {g.WeightDecay}: {string.Join(' ', g.ParameterNames)}");
        Assert.That(shown, Is.EqualTo(new[]
        {
            "layer_0_decay 0.125 0.1: embed.weight",
            "layer_1_decay 0.25 0.1: blocks.0.weight",
            "layer_1_no_decay 0.25 0: blocks.0.bias",
            "layer_2_decay 0.5 0.1: blocks.1.weight",
            "layer_2_no_decay 0.5 0: blocks.1.bias norm.weight norm.bias",
            "layer_3_decay 1 0.1: head.weight",
            "layer_3_no_decay 1 0: head.bias",
        }));
    }

    [Test]
    public void GroupsHoldTheRegisteredParametersAndNotWrappers()
    {
        using var model = new TestModel();
        var registered = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var group in new TestGroups(model))
            for (var i = 0; i < group.Parameters.Count; i++)
                Assert.That(group.Parameters[i], Is.SameAs(registered[group.ParameterNames[i]]));
    }

    [Test]
    public void ATypedSectionIsAViewThatPlansAnew()
    {
        using var model = new TestModel();
        var groups = new TestGroups(model);
        groups.Head.LearningRateScale = 2;
        groups.Blocks[1].WeightDecay = 0.3;
        groups.Blocks.LearningRateScale = 0.5;
        Assert.That(groups.Head.Groups.Select(g => g.LearningRateScale), Is.All.EqualTo(2));
        Assert.That(groups.Blocks[1].Groups.Where(g => g.ParameterNames[0].StartsWith("blocks", StringComparison.Ordinal)).Select(g => (g.LearningRateScale, g.WeightDecay)), Is.All.EqualTo((0.25, 0.3)));
        Assert.That(groups.Blocks[0].Groups.Select(g => g.LearningRateScale), Is.All.EqualTo(0.125));
        Assert.That(groups.Embed.Layer, Is.Zero);
        Assert.That(groups.Blocks[1].Layer, Is.EqualTo(2));
        Assert.That(groups.Blocks.Count, Is.EqualTo(2));
    }

    [Test]
    public void ABadValueChangesNothing([Values(-1, double.NaN, double.PositiveInfinity)] double value)
    {
        using var model = new TestModel();
        var groups = new TestGroups(model);
        var before = groups.ToTable();
        Assert.That(() => groups.Head.LearningRateScale = value, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("LearningRateScale"));
        Assert.That(() => groups.Head.WeightDecay = value, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("WeightDecay"));
        Assert.That(() => groups.Blocks[2], Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("2 children"));
        Assert.That(groups.ToTable(), Is.EqualTo(before));
    }

    [Test]
    public void SectionsCannotChangeOnceAnOptimizerHoldsTheGroups()
    {
        using var model = new TestModel();
        var groups = new TestGroups(model);
        groups.Use();
        Assert.That(() => groups.Head.LearningRateScale = 2, Throws.InvalidOperationException.With.Message.Contains("before Create"));
    }

    [Test]
    public void AMovedModelIsNoticedAtTheNextUseAndRebindIsTheRemedy()
    {
        using var model = new TestModel();
        var groups = new TestGroups(model);
        var names = groups.Select(g => string.Join(' ', g.ParameterNames)).ToArray();
        model.to(ScalarType.Float64);
        Assert.That(groups.Use, Throws.InvalidOperationException.With.Message.Contains("Rebind()").And.Message.Contains("'blocks.0.weight'"), "the embedding is native and changes in place");
        groups.Rebind();
        Assert.That(groups.Use, Throws.Nothing);
        Assert.That(groups.Select(g => string.Join(' ', g.ParameterNames)), Is.EqualTo(names));
        Assert.That(groups.SelectMany(g => g.Parameters).Select(p => p.dtype), Is.All.EqualTo(ScalarType.Float64));
    }

    [Test]
    public void TheTableIsAlignedAndComplete()
    {
        using var model = new TestModel();
        Assert.That(new TestGroups(model).ToTable(0.01).Split('\n'), Is.EqualTo(new[]
        {
            "layer  lr scale       lr  weight decay  tensors  elements  names",
            "    0     0.125  0.00125           0.1        1        20  embed.weight",
            "    1      0.25   0.0025           0.1        1        16  blocks.0.weight",
            "    1      0.25   0.0025             0        1         4  blocks.0.bias",
            "    2       0.5    0.005           0.1        1        16  blocks.1.weight",
            "    2       0.5    0.005             0        3        12  blocks.1.bias, norm.weight, norm.bias",
            "    3         1     0.01           0.1        1        20  head.weight",
            "    3         1     0.01             0        1         5  head.bias",
            "7 groups, 9 tensors, 93 elements",
            "",
        }));
    }
}
