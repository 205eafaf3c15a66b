using System.Reflection;
using LayerDecayGen.Tests.Traps.Models;
using TorchSharp;
using TorchSharp.Modules;
using static LayerDecayGen.Tests.Traps.Training;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Traps;

/// <summary>
/// What each registration trap does in TorchSharp today. The analyzers warn of the same classes: the files in Models are also their test
/// sources, and the lines that are to be reported carry the rule's id.
/// </summary>
public sealed class RegistrationTrapTests
{
    [Test]
    public void LDG040AnArrayOfModulesIsNotTrained()
    {
        using var model = new ArrayOfBlocks();
        var blocks = Field<Linear[]>(model, "blocks");
        Assert.That(Names(model), Is.Empty);
        Assert.That(Moves(model, blocks[0].weight, blocks[1].weight), Is.False);
    }

    [Test]
    public void LDG040AListADictionaryAndATupleAreNotRegistered()
    {
        using var list = new ListOfBlocks();
        using var dictionary = new DictionaryOfHeads();
        using var tuple = new TupleOfBlocks();
        Assert.That(Names(list), Is.Empty);
        Assert.That(Names(dictionary), Is.Empty);
        Assert.That(Names(tuple), Is.Empty);
    }

    [Test]
    public void LDG040AModuleListIsTrainedAndAnArrayMayStandBesideARegistration()
    {
        using var list = new ModuleListOfBlocks();
        using var byHand = new ArrayRegisteredByHand();
        using var fields = new ArrayOfFields();
        var blocks = Field<ModuleList<Linear>>(list, "blocks");
        Assert.That(Moves(list, blocks[0].weight, blocks[1].weight), Is.True);
        Assert.That(Names(byHand), Does.Contain("block_1.weight"));
        Assert.That(Names(fields), Is.EqualTo(new[] { "first.weight", "first.bias", "second.weight", "second.bias" }));
    }

    [Test]
    public void LDG041ASequentialDoesNotRegisterItsChildrensComponents()
    {
        using var model = new SequentialOfBlocks();
        var second = (BlockWithoutCall)Field<Sequential>(model, "body")[1];
        Assert.That(Names(model), Does.Contain("body.first.fc.weight").And.Contain("field.fc.weight").And.Contain("list.0.fc.weight"));
        Assert.That(Names(model), Has.None.StartsWith("body.second"));
        Assert.That(Moves(model, Field<Linear>(second, "fc").weight), Is.False);
    }

    [Test]
    public void LDG041ASequentialFilledLaterLosesThemToo()
    {
        using var filled = new SequentialFilledLater();
        using var fromList = new SequentialFromList();
        Assert.That(Names(filled), Is.Empty);
        Assert.That(Names(fromList), Is.EqualTo(new[] { "body.kept.fc.weight", "body.kept.fc.bias" }));
    }

    [Test]
    public void LDG041ARootThatNeverRegistersTrainsNothing()
    {
        using var root = new BlockWithoutCall();
        using var registered = new BlockWithCall();
        Assert.That(Moves(root, Field<Linear>(root, "fc").weight), Is.False);
        Assert.That(Moves(registered, Field<Linear>(registered, "fc").weight), Is.True);
    }

    [Test]
    public void LDG042WhatArrivesAfterRegistrationIsNotTrained()
    {
        using var model = new HeadAfterRegistration();
        Assert.That(Names(model), Is.EqualTo(new[] { "fc.weight", "fc.bias", "tail.0.weight", "tail.0.bias" }),
            "a Sequential's list is live");
        Assert.That(Moves(model, Field<Linear>(model, "head").weight, Field<ModuleList<Linear>>(model, "blocks")[0].weight), Is.False);
    }

    [Test]
    public void LDG042AMethodCalledAfterwardsOrAListGrownLaterIsNoBetter()
    {
        using var built = new HeadBuiltByAMethodAfterwards();
        using var grown = new ListGrownLater();
        grown.Grow();
        Assert.That(Moves(built, Field<Linear>(built, "head").weight), Is.False);
        Assert.That(Moves(grown, Field<ModuleList<Linear>>(grown, "blocks")[1].weight), Is.False);
    }

    [Test]
    public void LDG042RegisteringLastTrainsAll()
    {
        using var model = new RegistersLast();
        Assert.That(Moves(model, Field<Linear>(model, "head").weight, Field<Linear>(model, "late").weight), Is.True);
    }

    [Test]
    public void LDG043ASecondCallAfterTheBaseConstructorsDoesNothing()
    {
        using var model = new BackboneWithHead();
        Assert.That(Names(model), Is.EqualTo(new[] { "early.weight", "early.bias", "fc.weight", "fc.bias" }));
        Assert.That(Moves(model, Field<Linear>(model, "head").weight), Is.False);
    }

    [Test]
    public void LDG043ABaseThatLeavesTheCallToTheDerivedClassTrainsAll()
    {
        using var byHand = new BackboneWithHeadByHand();
        using var quiet = new QuietBackboneWithHead();
        Assert.That(Moves(byHand, Field<Linear>(byHand, "head").weight), Is.True);
        Assert.That(Moves(quiet, Field<Linear>(quiet, "head").weight, Field<Linear>(quiet, "fc").weight), Is.True);
    }

    [Test]
    public void LDG044AFieldOfTheSameNameHidesTheBasesOwn()
    {
        using var model = new HidesNorm();
        var hidden = (LayerNorm)typeof(WithPrivateNorm).GetField("norm", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(model)!;
        Assert.That(Names(model), Is.EqualTo(new[] { "norm.weight", "norm.bias" }));
        Assert.That(Moves(model, hidden.bias!), Is.False);
    }

    [Test]
    public void LDG044ANameOfItsOwnRegistersBoth()
    {
        using var model = new NamesItsOwnNorm();
        Assert.That(Names(model), Is.EqualTo(new[] { "outNorm.weight", "outNorm.bias", "norm.weight", "norm.bias" }));
    }

    [Test]
    public void LDG044ABasesPrivateFieldNamedLikeAnInheritedOneIsLost()
    {
        using var named = new InheritsName();
        Assert.That(Names(named), Is.EqualTo(new[] { "norm.weight", "norm.bias" }));
        Assert.That(Moves(named, Field<LayerNorm>(named, "name").bias!), Is.False);
        using var handled = new InheritsHandle();
        Assert.That(Names(handled), Is.Empty);
    }

    [Test]
    public void LDG044ANameOfModuleIsRegisteredWhereItIsDeclaredVisibleOrByHand()
    {
        using var own = new KeepsItsName();
        using var visible = new InheritsProtectedName();
        using var byHand = new InheritsNameByHand();
        Assert.That(Names(own), Is.EqualTo(new[] { "name.weight", "name.bias" }));
        Assert.That(Names(visible), Is.EqualTo(new[] { "name.weight", "name.bias" }));
        Assert.That(Names(byHand), Is.EqualTo(new[] { "norm.weight", "norm.bias" }));
    }

    [Test]
    public void LDG045ATensorThatRequiresGradIsABuffer()
    {
        using var model = new TensorAsWeight();
        Assert.That(model.named_buffers().Select(static buffer => buffer.name), Is.EqualTo(new[] { "scale", "shift", "mask" }));
        Assert.That(Moves(model, Field<Tensor>(model, "scale"), Field<Tensor>(model, "shift")), Is.False);
    }

    [Test]
    public void LDG045AParameterIsTrainedInAFieldDeclaredTensorToo()
    {
        using var model = new ParameterAsWeight();
        Assert.That(Moves(model, Field<Tensor>(model, "scale"), Field<Tensor>(model, "shift")), Is.True);
    }

    [Test]
    public void LDG046ADotAndADoubleThrow()
    {
        Assert.That(static () => new DottedName(), Throws.ArgumentException.With.Message.Contains("encoder.fc"));
        Assert.That(static () => new NameGivenTwice(), Throws.InvalidOperationException.With.Message.Contains("first"));
        Assert.That(static () => new RegisteredAgain(), Throws.InvalidOperationException.With.Message.Contains("fc"));
    }

    [Test]
    public void LDG046ANameByHandAndTheFieldsNameDoubleTheStateDict()
    {
        using var model = new NamedByHandAndByField();
        Assert.That(model.state_dict().Keys, Is.EquivalentTo(new[] { "fc.weight", "fc.bias", "_fc.weight", "_fc.bias" }));
        Assert.That(Names(model), Is.EqualTo(new[] { "fc.weight", "fc.bias" }));
    }

    [Test]
    public void LDG046AComponentNameForTwoDropsTheSecondAndBreaksTo()
    {
        using var model = new OneComponentNameForTwo();
        Assert.That(Names(model), Is.EqualTo(new[] { "fc.weight", "fc.bias" }));
        Assert.That(Moves(model, Field<Linear>(model, "second").weight), Is.False);
        Assert.That(() => model.to(ScalarType.Float64), Throws.ArgumentException);
    }

    [Test]
    public void LDG046ANameGivenOnceTrainsAll([Values] bool wide)
    {
        using var model = new NamedOnce(wide);
        Assert.That(Names(model), Is.EqualTo(new[] { "head.weight", "head.bias", "fc.weight", "fc.bias" }));
    }

    [Test]
    public void LDG047AutoPropertiesAndCapturesHaveTheCompilersNames()
    {
        using var property = new HeadAsProperty();
        using var captured = new CapturedParameter(nn.Linear(4, 4));
        using var named = new NamedProperty();
        captured.Register();
        Assert.That(Names(property), Is.EqualTo(new[] { "<Head>k__BackingField.weight", "<Head>k__BackingField.bias" }));
        Assert.That(Names(captured), Is.EqualTo(new[] { "<fc>P.weight", "<fc>P.bias" }));
        Assert.That(Names(named), Does.Contain("Head.weight"));
    }

    [Test]
    public void LDG048AReplacedComponentIsNotTrainedAndTheOldOneStays()
    {
        using var model = new ReplaceableHead();
        var old = model.head;
        model.ResetHead(4);
        model.ResetBlock();
        Assert.That(Moves(model, model.head.weight, Field<ModuleList<Linear>>(model, "blocks")[0].weight), Is.False);
        Assert.That(model.named_modules().Any(module => ReferenceEquals(module.module, old)), Is.True);
        FineTuning.NewHead(model, 4);
        Assert.That(Moves(model, model.head.weight), Is.False);
    }

    [Test]
    public void LDG048RegisteringTheNewOneTrainsIt()
    {
        using var model = new RegistersTheNewHead();
        model.ResetHead(4);
        Assert.That(Moves(model, Field<Linear>(model, "head").weight), Is.True);
    }

    [Test]
    public void LDG049OneInstanceManyTimesIsOneSetOfParameters()
    {
        using var model = new OneBlockManyTimes();
        using var twice = new AppendedByTwoCalls();
        using var one = new OneBlockAPlace();
        Assert.That(Names(model), Is.EqualTo(new[] { "blocks.0.weight", "blocks.0.bias", "tail.0.weight", "tail.0.bias" }));
        Assert.That(Names(twice), Is.EqualTo(new[] { "0.weight", "0.bias" }.Select(static name => "body." + name)));
        Assert.That(Names(one).Count(static name => name.EndsWith(".weight", StringComparison.Ordinal)), Is.EqualTo(5 + 2));
    }

    [Test]
    public void LDG050UsingOnAnInitResultDisposesTheWeight()
    {
        using var disposed = new DisposesItsWeight();
        using var kept = new KeepsItsWeight();
        Assert.That(Names(disposed), Is.Empty);
        Assert.That(() => disposed.forward(rand(1, 4)), Throws.InstanceOf<Exception>());
        Assert.That(Moves(kept, Field<Linear>(kept, "fc").weight), Is.True);
    }
}
