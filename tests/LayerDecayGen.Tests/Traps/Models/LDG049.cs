using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Traps.Models;

public sealed class OneBlockManyTimes : Module<Tensor, Tensor>
{
    private readonly ModuleList<Linear> blocks = new();
    private readonly Sequential tail;

    public OneBlockManyTimes() : base(nameof(OneBlockManyTimes))
    {
        var block = Linear(4, 4);
        for (var i = 0; i < 3; i++) blocks.Add(block); // LDG049
        var fc = Linear(4, 4);
        tail = Sequential(
            fc,
            fc); // LDG049
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        foreach (var block in blocks) x = block.forward(x);
        return tail.forward(x);
    }
}

public sealed class AppendedByTwoCalls : Module<Tensor, Tensor>
{
    private readonly Sequential body = Sequential();

    public AppendedByTwoCalls() : base(nameof(AppendedByTwoCalls))
    {
        var fc = Linear(4, 4);
        body.append(fc);
        body.append(fc); // LDG049
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => body.forward(x);
}

public sealed class OneBlockAPlace : Module<Tensor, Tensor>
{
    private readonly ModuleList<Linear> blocks = new();
    private readonly Sequential tail;

    public OneBlockAPlace() : base(nameof(OneBlockAPlace))
    {
        var block = Linear(4, 4);
        for (var i = 0; i < 3; i++)
        {
            blocks.Add(block);
            block = Linear(4, 4);
        }

        for (var i = 0; i < 2; i++)
        {
            var own = Linear(4, 4);
            blocks.Add(own);
        }

        var act = ReLU();
        tail = Sequential(Linear(4, 4), act, Linear(4, 4), act);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        foreach (var block in blocks) x = block.forward(x);
        return tail.forward(x);
    }
}
