using TorchSharp;
using TorchSharp.Modules;
using static LayerDecayGen.Tests.HandWrittenLayout;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests;

/// <summary>One broken model or plan a test: each must be refused in words that name the parameters and the remedy.</summary>
public sealed class SealTests
{
    [Test]
    public void AParameterInNoLayerIsNamedWithTheAttributesThatWouldHelp()
    {
        using var model = new TestModel();
        var layout = new HandWrittenLayout(Layer("embed", 0), Stack("blocks.{i}"), Previous("norm"));
        Refused(() => new ParameterGroups(model, layout, new FlatRecipe()), "'head.weight' is in no layer", "[LastLayer]");
    }

    [Test]
    public void ASectionThatMatchesNothingIsRefusedUnlessItIsOptional()
    {
        using var model = new TestModel();
        var sections = TestModel.Declaration().Sections.ToArray();
        Refused(() => new ParameterGroups(model, new HandWrittenLayout([.. sections, Layer("neck", 0)]), new FlatRecipe()), "[Layer] neck", "no parameter of TestModel is there", "registered nothing called 'neck'");
        Assert.That(() => new ParameterGroups(model, new HandWrittenLayout([.. sections, Layer("neck", 0, optional: true)]), new FlatRecipe()), Throws.Nothing);
    }

    [Test]
    public void AModelThatRegisteredNothingIsToldHowTo()
    {
        using var model = new Unregistered();
        Refused(() => new ParameterGroups(model, new FlatRecipe()), "Unregistered has no parameters", "RegisterComponents()");
    }

    [Test]
    public void AParameterThatTheRecipeForgetsIsRefusedAndUnderParityTold()
    {
        using var model = new TestModel();
        Func<ParameterFact, bool> forget = f => f.Name != "norm.bias";
        Refused(() => new ParameterGroups(model, TestModel.Declaration(), new FlatRecipe { Keep = forget }), "'norm.bias' is trainable but in no group");
        var groups = new ParameterGroups(model, TestModel.Declaration(), new ParityRecipe(new FlatRecipe { Keep = forget }));
        Assert.That(groups.Warnings, Has.One.Contains("'norm.bias' is trainable"));
    }

    [Test]
    public void AParameterThatTheRecipePlansTwiceIsRefusedEvenUnderParity()
    {
        using var model = new TestModel();
        Refused(() => new ParameterGroups(model, TestModel.Declaration(), new ParityRecipe(new TwiceRecipe())), "'embed.weight' was planned twice", "stepped twice");
    }

    [Test]
    public void AParameterOfAnotherModelIsRefused()
    {
        using var model = new TestModel();
        using var deeper = new TestModel(depth: 3);
        var foreign = new ParameterGroups(deeper, TestModel.Declaration(), new FlatRecipe()).Facts;
        Refused(() => new ParameterGroups(model, TestModel.Declaration(), new FixedRecipe(foreign)), "'blocks.2.weight' was planned", "no parameter of TestModel");
    }

    [Test]
    public void FreezingAParameterOfAnotherModelIsRefused()
    {
        using var model = new TestModel();
        Refused(() => new ParameterGroups(model, TestModel.Declaration(), new FreezingRecipe("blocks.9.weight")), "'blocks.9.weight' was frozen", "no parameter of TestModel");
    }

    [Test]
    public void AParameterThatTheRecipeFreezesStopsTraining()
    {
        using var model = new TestModel();
        var groups = new ParameterGroups(model, TestModel.Declaration(), new FreezingRecipe("blocks.0.weight"));
        Assert.That(model.blocks[0].weight!.requires_grad, Is.False);
        Assert.That(groups.SelectMany(g => g.ParameterNames), Has.None.EqualTo("blocks.0.weight"));
    }

    [Test]
    public void AFrozenParameterIsLeftOutAndRefusedWhenPlanned()
    {
        using var model = new TestModel();
        model.embed.weight!.requires_grad = false;
        foreach (var (name, p) in model.named_parameters()) if (name.StartsWith("embed", StringComparison.Ordinal)) p.requires_grad = false;
        var groups = new TestGroups(model);
        Assert.That(groups.SelectMany(g => g.ParameterNames), Has.None.EqualTo("embed.weight"));
        Refused(() => new ParameterGroups(model, TestModel.Declaration(), new FlatRecipe { Keep = _ => true }), "'embed.weight' is frozen but was planned");
    }

    [Test]
    public void TheFrozenAttributeStopsTrainingOnlyWhenTheGroupsHold()
    {
        using var model = new TestModel();
        Assert.That(() => new ParameterGroups(model, TestModel.Declaration("embed"), new FlatRecipe { Keep = f => !f.Frozen && f.Role != ParameterRole.Bias }), Throws.InstanceOf<ModelSealException>());
        Assert.That(model.embed.get_parameter("weight")!.requires_grad, Is.True, "nothing half applied");
        var groups = new TestGroups(model, TestModel.Declaration("embed"));
        Assert.That(model.embed.get_parameter("weight")!.requires_grad, Is.False);
        Assert.That(groups.ToString(), Does.Contain("frozen: 1 tensors"));
    }

    [Test]
    public void ATiedTensorIsSteppedOnceByItsOwnerInTheLowestLayer(
        [Values(ScalarType.Float32, ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16)] ScalarType dtype)
    {
        var before = get_default_dtype();
        set_default_dtype(dtype);
        using var model = new TestModel(tied: true);
        set_default_dtype(before);
        Assume.That(model.embed.get_parameter("weight")!.dtype, Is.EqualTo(dtype));
        Assume.That(model.named_parameters().Select(p => p.name), Has.Member("embed.weight").And.Member("head.weight"), "TorchSharp lists both names");
        var groups = new TestGroups(model);
        Assert.That(groups.SelectMany(g => g.ParameterNames), Has.One.EqualTo("embed.weight").And.None.EqualTo("head.weight"));
        Assert.That(groups.ToString(), Does.Contain("tied: head.weight is embed.weight"));
    }

    [Test]
    public void PlanningATiedTensorUnderBothNamesIsRefused()
    {
        using var model = new TestModel(tied: true);
        Refused(() => new ParameterGroups(model, TestModel.Declaration(), new FlatRecipe { Keep = _ => true }), "'head.weight' is tied to 'embed.weight'");
    }

    [Test]
    public void MemorySharedBySeparateTensorsIsRefusedBecauseOneGradientWouldBeLost()
    {
        using var model = new TestModel();
        using (no_grad()) model.blocks[1].weight!.set_(model.blocks[0].weight!);
        Refused(() => new TestGroups(model), "'blocks.1.weight' shares its memory with 'blocks.0.weight'", "a separate gradient");
    }

    [Test]
    public void AllProblemsAreToldAtOnce()
    {
        using var model = new TestModel();
        var exception = Assert.Throws<ModelSealException>(() => _ = new ParameterGroups(model, new HandWrittenLayout(Layer("embed", 0)), new FlatRecipe()));
        Assert.That(exception!.Problems, Has.Length.EqualTo(8), "four tensors of blocks, two of the norm, two of the head");
    }

    private static void Refused(Func<ParameterGroups> build, params string[] told)
    {
        var exception = Assert.Throws<ModelSealException>(() => _ = build());
        foreach (var text in told) Assert.That(exception!.Message, Does.Contain(text));
    }

    private sealed class Unregistered : Module<Tensor, Tensor>
    {
        private readonly Linear linear = Linear(2, 2);

        public Unregistered() : base(nameof(Unregistered)) { }

        public override Tensor forward(Tensor input) => linear.forward(input);
    }

    private sealed class ParityRecipe(IRecipe inner) : IRecipe
    {
        public string Name => inner.Name;

        public Plan Plan(ModelFacts facts) => inner.Plan(facts) with { Parity = true };
    }

    private sealed class TwiceRecipe : IRecipe
    {
        public string Name => "twice";

        public Plan Plan(ModelFacts facts)
        {
            var plan = ((IRecipe)new FlatRecipe()).Plan(facts);
            return plan with { Parameters = plan.Parameters.Add(plan.Parameters[0]) };
        }
    }

    private sealed class FreezingRecipe(string name) : IRecipe
    {
        public string Name => "freezing";

        public Plan Plan(ModelFacts facts) =>
            new FlatRecipe { Keep = f => f.Name != name }.Plan(facts) with { Frozen = [new ParameterFact { Name = name }] };
    }

    private sealed class FixedRecipe(ModelFacts fixedFacts) : IRecipe
    {
        public string Name => "fixed";

        public Plan Plan(ModelFacts facts) => new FlatRecipe().Plan(fixedFacts);
    }
}
