using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Traps.Models;

public sealed class HeadAsProperty : Module<Tensor, Tensor>
{
    public HeadAsProperty() : base(nameof(HeadAsProperty)) => RegisterComponents();

    public Linear Head { get; } = Linear(4, 4); // LDG047

    public override Tensor forward(Tensor x) => Head.forward(x);
}

public sealed class CapturedParameter(Linear fc) : Module<Tensor, Tensor>(nameof(CapturedParameter)) // LDG047
{
    public void Register() => RegisterComponents();

    public override Tensor forward(Tensor x) => fc.forward(x);
}

public sealed class NamedProperty : Module<Tensor, Tensor>
{
    private readonly Linear body = Linear(4, 4);

    public NamedProperty() : base(nameof(NamedProperty)) => RegisterComponents();

    [field: ComponentName(Name = "Head")] public Linear Head { get; } = Linear(4, 4);

    public Linear Body => body;

    public override Tensor forward(Tensor x) => Head.forward(body.forward(x));
}
