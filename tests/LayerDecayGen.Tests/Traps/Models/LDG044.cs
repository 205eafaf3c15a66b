using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Traps.Models;

public abstract class WithPrivateNorm : Module<Tensor, Tensor>
{
    private readonly LayerNorm norm = LayerNorm(4);

    protected WithPrivateNorm(string name) : base(name) { }

    protected Tensor Normed(Tensor x) => norm.forward(x);
}

public sealed class HidesNorm : WithPrivateNorm
{
    private readonly LayerNorm norm = LayerNorm(4); // LDG044

    public HidesNorm() : base(nameof(HidesNorm)) => RegisterComponents();

    public override Tensor forward(Tensor x) => norm.forward(Normed(x));
}

public sealed class NamesItsOwnNorm : WithPrivateNorm
{
    private readonly LayerNorm outNorm = LayerNorm(4);

    public NamesItsOwnNorm() : base(nameof(NamesItsOwnNorm)) => RegisterComponents();

    public override Tensor forward(Tensor x) => outNorm.forward(Normed(x));
}
