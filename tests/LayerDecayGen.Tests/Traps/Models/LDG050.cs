using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Traps.Models;

public sealed class DisposesItsWeight : Module<Tensor, Tensor>
{
    private readonly Linear fc = Linear(4, 4);

    public DisposesItsWeight() : base(nameof(DisposesItsWeight))
    {
        using (no_grad())
        {
            using var weight = init.xavier_uniform_(fc.weight); // LDG050
            using (init.zeros_(fc.bias!)) { } // LDG050
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => fc.forward(x);
}

public sealed class KeepsItsWeight : Module<Tensor, Tensor>
{
    private readonly Linear fc = Linear(4, 4);

    public KeepsItsWeight() : base(nameof(KeepsItsWeight))
    {
        using (no_grad())
        {
            init.xavier_uniform_(fc.weight);
            using var copy = init.zeros_(fc.bias!).clone();
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => fc.forward(x);
}
