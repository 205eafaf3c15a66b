using LayerDecayGen.Layout;
using TorchSharp;
using TorchSharp.Modules;
using static LayerDecayGen.Tests.HandWrittenLayout;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests;

/// <summary>A stem, two blocks, a norm and a head, with the layout that the generator would emit for it.</summary>
internal sealed class TestModel : Module<Tensor, Tensor>
{
    public readonly Embedding embed;
    public readonly ModuleList<Linear> blocks;
    public readonly LayerNorm norm;
    public readonly Linear head;

    public TestModel(int depth = 2, bool tied = false) : base(nameof(TestModel))
    {
        embed = Embedding(5, 4);
        blocks = new ModuleList<Linear>([.. Enumerable.Range(0, depth).Select(_ => Linear(4, 4))]);
        norm = LayerNorm(4);
        head = Linear(4, 5, hasBias: !tied);
        if (tied) head.weight = (Parameter)embed.weight!;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var x = embed.forward(input);
        foreach (var block in blocks) x = block.forward(x).relu();
        return head.forward(norm.forward(x));
    }

    public static HandWrittenLayout Declaration(params string[] frozen) =>
        new(Layer("embed", 0), Stack("blocks.{i}"), Previous("norm"), Last("head")) { Frozen = frozen };
}

/// <summary>The groups with the typed handles that the generator would emit.</summary>
internal sealed class TestGroups(TestModel model, HandWrittenLayout? layout = null) : ParameterGroups(model, layout ?? TestModel.Declaration(), new FlatRecipe())
{
    public SectionView Embed => Section(0);

    public StackView Blocks => Stack(1);

    public SectionView Head => Section(3);
}
