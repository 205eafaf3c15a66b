using ModelZoo.External;
using ModelZoo.Parts;
using static TorchSharp.torch;

namespace ModelZoo;

/// <summary>Published models whose files load into models of this folder by name.</summary>
/// <param name="Name">The source and its name there.</param>
/// <param name="Build">The model at its full size.</param>
public sealed record RealModel(string Name, Func<nn.Module> Build)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<RealModel> All { get; } =
    [
        new("torchvision-resnet18", () => new ResNet([2, 2, 2, 2], 1000)),
        new("torchvision-resnet50", () => new ResNet([3, 4, 6, 3], 1000, bottleneck: true)),
        new("timm-vit_base_patch16_224", () => new VisionTransformer(new ImagePatches(Image: 224, Patch: 16), 768, 12, 12, 1000)),
        new("timm-convnext_tiny", () => new TimmConvNeXt([3, 3, 9, 3], [96, 192, 384, 768], 1000)),
        new("hf-bert-base-uncased", () => new BertForSequenceClassification(new BertSize(30522, 512, 768, 12, 12), 2)),
        new("hf-roberta-base", () => new RobertaForSequenceClassification(new RobertaSize(50265, 514, 768, 12, 12), 2)),
    ];
}
