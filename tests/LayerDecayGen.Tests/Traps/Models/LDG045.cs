using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Traps.Models;

public sealed class TensorAsWeight : Module<Tensor, Tensor>
{
    private readonly Tensor scale = ones(4, requires_grad: true); // LDG045
    private readonly Tensor shift; // LDG045
    private readonly Tensor mask = ones(4);

    public TensorAsWeight() : base(nameof(TensorAsWeight))
    {
        shift = zeros(4).requires_grad_();
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => x * scale * mask + shift;
}

public sealed class ParameterAsWeight : Module<Tensor, Tensor>
{
    private readonly Parameter scale = Parameter(ones(4));
    private readonly Tensor shift = Parameter(zeros(4, requires_grad: true));
    private readonly Tensor start = ones(4, requires_grad: true).detach();

    public ParameterAsWeight() : base(nameof(ParameterAsWeight)) => RegisterComponents();

    public override Tensor forward(Tensor x) => x * scale + shift + start;
}
