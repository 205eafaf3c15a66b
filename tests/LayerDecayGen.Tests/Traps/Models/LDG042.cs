using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Traps.Models;

public sealed class HeadAfterRegistration : Module<Tensor, Tensor>
{
    private readonly Linear fc;
    private readonly Linear head;
    private readonly ModuleList<Linear> blocks = new();
    private readonly Sequential tail = Sequential();

    public HeadAfterRegistration() : base(nameof(HeadAfterRegistration))
    {
        fc = Linear(4, 4);
        RegisterComponents();
        head = Linear(4, 4); // LDG042
        blocks.Add(Linear(4, 4)); // LDG042
        tail.append(Linear(4, 4));
    }

    public override Tensor forward(Tensor x) => tail.forward(blocks[0].forward(head.forward(fc.forward(x))));
}

public sealed class HeadBuiltByAMethodAfterwards : Module<Tensor, Tensor>
{
    private readonly Linear fc;
    private Linear head = null!;

    public HeadBuiltByAMethodAfterwards() : base(nameof(HeadBuiltByAMethodAfterwards))
    {
        fc = Linear(4, 4);
        RegisterComponents();
        BuildHead();
    }

    public override Tensor forward(Tensor x) => head.forward(fc.forward(x));

    private void BuildHead() => head = Linear(4, 4); // LDG042
}

public sealed class ListGrownLater : Module<Tensor, Tensor>
{
    private readonly ModuleList<Linear> blocks = ModuleList(Linear(4, 4));

    public ListGrownLater() : base(nameof(ListGrownLater)) => RegisterComponents();

    public void Grow() => blocks.Add(Linear(4, 4)); // LDG042

    public override Tensor forward(Tensor x) => blocks[^1].forward(x);
}

public sealed class RegistersLast : Module<Tensor, Tensor>
{
    private readonly Linear fc;
    private readonly Linear head;
    private readonly Linear late;
    private readonly ModuleList<Linear> blocks = new();

    public RegistersLast() : base(nameof(RegistersLast))
    {
        fc = Linear(4, 4);
        Fill();
        head = Linear(4, 4);
        RegisterComponents();
        late = Linear(4, 4);
        register_module("late", late);
    }

    public override Tensor forward(Tensor x) => late.forward(blocks[0].forward(head.forward(fc.forward(x))));

    private void Fill() => blocks.Add(Linear(4, 4));
}
