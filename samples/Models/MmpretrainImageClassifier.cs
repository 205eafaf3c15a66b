using LayerDecayGen;
using ModelZoo.Parts;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>mmpretrain's classifier: the backbone brings its own layers, the head is the top.</summary>
[LayerDecay(0.75)]
public sealed partial class MmpretrainImageClassifier : Module<Tensor, Tensor>
{
    private readonly MmpretrainVisionTransformer backbone;
    [LastLayer] private readonly ClassificationHead head;

    public MmpretrainImageClassifier(MmpretrainVisionTransformer backbone, int width, int classes) : base(nameof(MmpretrainImageClassifier))
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
