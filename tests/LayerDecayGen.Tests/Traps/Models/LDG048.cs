using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Traps.Models;

public sealed class ReplaceableHead : Module<Tensor, Tensor>
{
    public Linear head;
    private Linear? fc;
    private readonly ModuleList<Linear> blocks = ModuleList(Linear(4, 4));

    public ReplaceableHead() : base(nameof(ReplaceableHead))
    {
        Build();
        head = Linear(4, 4);
        RegisterComponents();
    }

    public void ResetHead(int classes) => head = Linear(4, classes); // LDG048

    public void ResetBlock() => blocks[0] = Linear(4, 4); // LDG048

    public void ToDouble() => head = (Linear)head.to(ScalarType.Float64);

    public override Tensor forward(Tensor x) => head.forward(blocks[0].forward(fc!.forward(x)));

    protected override void Dispose(bool disposing)
    {
        fc = null;
        base.Dispose(disposing);
    }

    private void Build() => fc = Linear(4, 4);
}

public static class FineTuning
{
    public static void NewHead(ReplaceableHead model, int classes) => model.head = Linear(4, classes); // LDG048
}

public sealed class RegistersTheNewHead : Module<Tensor, Tensor>
{
    private Linear head = Linear(4, 4);

    public RegistersTheNewHead() : base(nameof(RegistersTheNewHead)) => RegisterComponents();

    public void ResetHead(int classes)
    {
        head = Linear(4, classes);
        register_module(nameof(head), null!);
        register_module(nameof(head), head);
    }

    public override Tensor forward(Tensor x) => head.forward(x);
}
