using LayerDecayGen;
using ModelZoo.Parts;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>mmpretrain's classifier over a Swin.</summary>
[LayerDecay(0.9)]
public sealed partial class SwinClassifier : Module<Tensor, Tensor>
{
    private readonly Swin backbone;
    [LastLayer] private readonly ClassificationHead head;

    public SwinClassifier(Swin backbone, int width, int classes) : base(nameof(SwinClassifier))
    {
        this.backbone = backbone;
        head = new ClassificationHead(width, classes);
        RegisterComponents();
    }

    /// <summary>Images [n, 3, s, s] to class scores [n, classes].</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return head.forward(backbone.forward(images)).MoveToOuterDisposeScope();
    }
}
