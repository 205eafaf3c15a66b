using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests;

/// <summary>What a user does to a part of a model, before and during training.</summary>
public sealed class SectionViewTests
{
    [Test]
    public void FreezingASectionFreezesItsParametersAndNoOthers()
    {
        using var model = new TestModel();
        var groups = new TestGroups(model);
        groups.Blocks[1].Frozen = true;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Trained(model), Is.EquivalentTo(new[] { "embed.weight", "blocks.0.weight", "blocks.0.bias", "norm.weight", "norm.bias", "head.weight", "head.bias" }));
            Assert.That(groups.SelectMany(g => g.ParameterNames), Has.None.StartWith("blocks.1"));
            Assert.That((groups.Blocks[1].Frozen, groups.Blocks.Frozen, groups.Head.Frozen), Is.EqualTo((true, false, false)));
        }

        groups.Blocks[1].Frozen = false;
        Assert.That(Trained(model), Has.Length.EqualTo(9));
    }

    [Test]
    public void ASectionCanBeFrozenAndThawedWhileAnOptimizerHoldsIt()
    {
        using var model = new TestModel();
        var groups = new TestGroups(model);
        groups.Use();
        var before = groups.Select(g => string.Join(' ', g.ParameterNames)).ToArray();
        using var loss = model.forward(tensor([1L, 2L])).sum();
        loss.backward();
        groups.Head.Frozen = true;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.head.weight!.requires_grad, Is.False);
            Assert.That(model.head.weight.grad, Is.Null, "a gradient left behind would be stepped");
            Assert.That(groups.Select(g => string.Join(' ', g.ParameterNames)), Is.EqualTo(before), "groups stay");
            Assert.That(groups.Head.Frozen, Is.True);
        }

        groups.Head.Frozen = false;
        Assert.That(model.head.weight!.requires_grad, Is.True);
    }

    [Test]
    public void ThawingWhatNoOptimizerHoldsIsRefusedAndChangesNothing()
    {
        using var model = new TestModel();
        var groups = new TestGroups(model);
        groups.Head.Frozen = true;
        groups.Use();
        Assert.That(() => groups.Head.Frozen = false, Throws.InvalidOperationException.With.Message.Contains("'head.weight'").And.Message.Contains("before Create"));
        Assert.That(model.head.weight!.requires_grad, Is.False);
        Assert.That(groups.Head.Frozen, Is.True);
    }

    [Test]
    public void ADeclaredFreezeCanBeTakenBack()
    {
        using var model = new TestModel();
        var groups = new TestGroups(model, TestModel.Declaration("embed"));
        Assert.That(groups.Embed.Frozen, Is.True);
        groups.Embed.Frozen = false;
        Assert.That(groups.SelectMany(g => g.ParameterNames), Has.One.EqualTo("embed.weight"));
    }

    [Test]
    public void ARangeOfAStackIsItsChildren()
    {
        using var model = new TestModel(depth: 3);
        var groups = new TestGroups(model);
        Assert.That(groups.Blocks[..2].Select(b => b.Name), Is.EqualTo(new[] { "Blocks[0]", "Blocks[1]" }));
        Assert.That(groups.Blocks[1..].Select(b => b.Name), Is.EqualTo(new[] { "Blocks[1]", "Blocks[2]" }));
        Assert.That(() => groups.Blocks[..5], Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("3 children"));
    }

    [Test]
    public void EverySectionIsListedByItsPath()
    {
        using var model = new TestModel();
        Assert.That(new TestGroups(model).Sections.Select(s => $"{s.Name} {s.Layer}"), Is.EqualTo(new[] { "embed 0", "blocks.{i} ", "norm 2", "head 3" }));
    }

    private static string[] Trained(nn.Module model) => [.. model.named_parameters().Where(p => p.parameter.requires_grad).Select(p => p.name)];
}
