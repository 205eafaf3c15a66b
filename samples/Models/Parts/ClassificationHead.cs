using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.Parts;

/// <summary>mmpretrain's linear head: <c>head.fc</c>.</summary>
public sealed class ClassificationHead : Module<Tensor, Tensor>
{
    private readonly Linear fc;

    public ClassificationHead(int width, int classes) : base(nameof(ClassificationHead))
    {
        fc = Linear(width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => fc.forward(x);
}
