using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Traps.Models;

public abstract class Backbone : Module<Tensor, Tensor>
{
    protected readonly Linear fc;

    protected Backbone(string name) : base(name)
    {
        fc = Linear(4, 4);
        RegisterComponents();
    }
}

public sealed class BackboneWithHead : Backbone
{
    private readonly Linear early = Linear(4, 4);
    private readonly Linear head;

    public BackboneWithHead() : base(nameof(BackboneWithHead))
    {
        head = Linear(4, 4); // LDG043
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.forward(early.forward(fc.forward(x)));
}

public sealed class BackboneWithHeadByHand : Backbone
{
    private readonly Linear head;

    public BackboneWithHeadByHand() : base(nameof(BackboneWithHeadByHand))
    {
        head = Linear(4, 4);
        register_module(nameof(head), head);
    }

    public override Tensor forward(Tensor x) => head.forward(fc.forward(x));
}

public abstract class QuietBackbone : Module<Tensor, Tensor>
{
    protected readonly Linear fc = Linear(4, 4);

    protected QuietBackbone(string name) : base(name) { }
}

public sealed class QuietBackboneWithHead : QuietBackbone
{
    private readonly Linear head;

    public QuietBackboneWithHead() : base(nameof(QuietBackboneWithHead))
    {
        head = Linear(4, 4);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.forward(fc.forward(x));
}
