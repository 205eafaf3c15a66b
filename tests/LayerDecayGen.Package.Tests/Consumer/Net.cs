using LayerDecayGen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

/// <summary>The model of every consumer: its groups are generated, whichever of our packages is referenced.</summary>
[LayerDecay(0.5)]
internal sealed partial class Net : Module<Tensor, Tensor>
{
    [Layer(0)] private readonly Linear stem = Linear(3, 4);
    [LayerStack] private readonly ModuleList<Linear> blocks = ModuleList(Linear(4, 4), Linear(4, 4));
    [LastLayer] private readonly Linear head = Linear(4, 2);

    public Net() : base(nameof(Net)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        var x = stem.forward(input);
        foreach (var block in blocks) x = block.forward(x);
        return head.forward(x);
    }
}
