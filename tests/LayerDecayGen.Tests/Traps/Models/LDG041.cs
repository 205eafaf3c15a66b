using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Traps.Models;

/// <summary>No call of its own: fine as a field of a parent that registers, lost in a Sequential.</summary>
public sealed class BlockWithoutCall : Module<Tensor, Tensor>
{
    private readonly Linear fc = Linear(4, 4);

    public BlockWithoutCall() : base(nameof(BlockWithoutCall)) { }

    public override Tensor forward(Tensor x) => fc.forward(x);
}

public sealed class BlockWithCall : Module<Tensor, Tensor>
{
    private readonly Linear fc = Linear(4, 4);

    public BlockWithCall() : base(nameof(BlockWithCall)) => RegisterComponents();

    public override Tensor forward(Tensor x) => fc.forward(x);
}

public sealed class SequentialOfBlocks : Module<Tensor, Tensor>
{
    private readonly Sequential body = Sequential(
        ("first", new BlockWithCall()),
        ("second", new BlockWithoutCall())); // LDG041

    private readonly BlockWithoutCall field = new();

    private readonly ModuleList<BlockWithoutCall> list = ModuleList(new BlockWithoutCall());

    public SequentialOfBlocks() : base(nameof(SequentialOfBlocks)) => RegisterComponents();

    public override Tensor forward(Tensor x) => list[0].forward(field.forward(body.forward(x)));
}

public sealed class SequentialFilledLater : Module<Tensor, Tensor>
{
    private readonly Sequential body = Sequential();

    public SequentialFilledLater() : base(nameof(SequentialFilledLater))
    {
        for (var i = 0; i < 2; i++) body.append(new BlockWithoutCall()); // LDG041
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => body.forward(x);
}

public sealed class SequentialFromList : Module<Tensor, Tensor>
{
    private readonly Sequential body;

    public SequentialFromList() : base(nameof(SequentialFromList))
    {
        var layers = new System.Collections.Generic.List<(string, Module<Tensor, Tensor>)>();
        layers.Add(("lost", new BlockWithoutCall())); // LDG041
        layers.Add(("kept", new BlockWithCall()));
        body = Sequential(layers);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => body.forward(x);
}
