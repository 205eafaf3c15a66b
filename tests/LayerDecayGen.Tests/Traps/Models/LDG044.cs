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

public abstract class WithPrivateName : Module<Tensor, Tensor>
{
    private readonly new LayerNorm name = LayerNorm(4);

    protected WithPrivateName(string called) : base(called) { }

    protected Tensor Normed(Tensor x) => name.forward(x);
}

public sealed class InheritsName : WithPrivateName // LDG044
{
    private readonly LayerNorm norm = LayerNorm(4);

    public InheritsName() : base(nameof(InheritsName)) => RegisterComponents();

    public override Tensor forward(Tensor x) => norm.forward(Normed(x));
}

public sealed class InheritsHandle : WithPrivateHandle // LDG044
{
    public InheritsHandle() : base(nameof(InheritsHandle)) => RegisterComponents();

    public override Tensor forward(Tensor x) => Normed(x);
}

public abstract class WithPrivateHandle : Module<Tensor, Tensor>
{
    private readonly LayerNorm handle = LayerNorm(4);

    protected WithPrivateHandle(string called) : base(called) { }

    protected Tensor Normed(Tensor x) => handle.forward(x);
}

public sealed class KeepsItsName : Module<Tensor, Tensor>
{
    private readonly new LayerNorm name = LayerNorm(4);

    public KeepsItsName() : base(nameof(KeepsItsName)) => RegisterComponents();

    public override Tensor forward(Tensor x) => name.forward(x);
}

public abstract class WithProtectedName : Module<Tensor, Tensor>
{
    protected readonly new LayerNorm name = LayerNorm(4);

    protected WithProtectedName(string called) : base(called) { }
}

public sealed class InheritsProtectedName : WithProtectedName
{
    public InheritsProtectedName() : base(nameof(InheritsProtectedName)) => RegisterComponents();

    public override Tensor forward(Tensor x) => name.forward(x);
}

public abstract class WithNameByHand : Module<Tensor, Tensor>
{
    private readonly new LayerNorm name = LayerNorm(4);

    protected WithNameByHand(string called) : base(called) => register_module("norm", name);

    protected Tensor Normed(Tensor x) => name.forward(x);
}

public sealed class InheritsNameByHand : WithNameByHand
{
    public InheritsNameByHand() : base(nameof(InheritsNameByHand)) => RegisterComponents();

    public override Tensor forward(Tensor x) => Normed(x);
}
