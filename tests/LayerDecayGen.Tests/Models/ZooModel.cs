using ModelZoo;
using ModelZoo.External;
using ModelZoo.Parts;

namespace LayerDecayGen.Tests.Models;

/// <summary>A model of the zoo and the golden cases that were made with its original.</summary>
/// <param name="File">The golden file.</param>
/// <param name="Original">How the case's field <c>model</c> begins.</param>
/// <param name="Build">The groups of a narrow model as deep as the golden one, with the same optional parts.</param>
public sealed record ZooModel(string File, string Original, Func<GoldenLayers, ParameterGroups> Build)
{
    private const int Width = 8;
    private const int Heads = 2;
    private const int Classes = 3;
    private static readonly LayerDecayOptions s_options = new() { WeightDecay = 0.05 };
    private static readonly ImagePatches s_patches = new(Image: 8, Patch: 4);
    private static readonly VideoTubes s_tubes = new(Frames: 4, Image: 8, Tube: 2, Patch: 4);

    public static ZooModel[] All { get; } =
    [
        new("timm_param_groups", "timm vit_", Timm),
        new("timm_param_groups", "timm beit_", Beit),
        new("timm_param_groups", "timm resnet18", ResNet18),
        new("beit_get_parameter_groups", "BEiT modeling_finetune", Beit),
        new("videomae_get_parameter_groups", "VideoMAE modeling_finetune", VideoMae),
        new("mmaction2_layer_decay_constructor", "backbone: MMAction2 vit_mae", MMAction),
        new("mmpretrain_layer_decay_constructor", "mmpretrain VisionTransformer", g => Mmpretrain(g, "").GetParameterGroups(s_options)),
        new("mmpretrain_layer_decay_constructor", "backbone: mmpretrain VisionTransformer", MmpretrainClassifier),
        new("mmpretrain_layer_decay_constructor", "backbone: mmpretrain SwinTransformer", Swin),
        new("mmpretrain_layer_decay_constructor", "backbone: mmpretrain ConvNeXt", ConvNeXt),
    ];

    /// <inheritdoc/>
    public override string ToString() => $"{File} {Original}";

    private static ParameterGroups Timm(GoldenLayers golden) =>
        new VisionTransformer(s_patches, Width, golden.Count("blocks"), Heads, Classes).GetParameterGroups(s_options);

    private static ParameterGroups Beit(GoldenLayers golden)
    {
        var options = new BeitOptions(
            AbsolutePositions: golden.Has("pos_embed"),
            SharedRelativePositions: golden.Has("rel_pos_bias"),
            RelativePositions: golden.FirstHas("blocks", "attn.relative_position_bias_table"),
            LayerScale: golden.FirstHas("blocks", "gamma_1"),
            MeanPooling: golden.Has("fc_norm"));
        return new Beit(s_patches, Width, golden.Count("blocks"), Heads, Classes, options).GetParameterGroups(s_options);
    }

    private static ParameterGroups VideoMae(GoldenLayers golden)
    {
        var options = new VideoMaeOptions(
            LearnedPositions: golden.Has("pos_embed"), LayerScale: golden.FirstHas("blocks", "gamma_1"), MeanPooling: golden.Has("fc_norm"));
        return new VideoMae(s_tubes, Width, golden.Count("blocks"), Heads, Classes, options).GetParameterGroups(s_options);
    }

    private static ParameterGroups MMAction(GoldenLayers golden) =>
        new MMActionRecognizer(s_tubes, Width, golden.Count("backbone.blocks"), Heads, Classes).GetParameterGroups(s_options);

    private static ParameterGroups ResNet18(GoldenLayers golden) =>
        new ResNet([.. Enumerable.Range(1, 4).Select(s => golden.Count($"layer{s}"))], Classes, width: 4).GetParameterGroups(s_options);

    private static ParameterGroups Swin(GoldenLayers golden)
    {
        var depths = golden.Depths("backbone.stages", ".blocks");
        var backbone = new Swin(s_patches, Width, depths, Heads, window: 2, absolutePositions: golden.Has("backbone.absolute_pos_embed"));
        return new SwinClassifier(backbone, Width << (depths.Length - 1), Classes).GetParameterGroups(s_options);
    }

    private static ParameterGroups ConvNeXt(GoldenLayers golden)
    {
        var depths = golden.Depths("backbone.stages", "");
        var responseNorm = golden.FirstHas("backbone.stages.0", "grn");
        return depths[2] > 9
            ? new ConvNeXtSmall([4, 4, 4, 4], depths, Classes, responseNorm).GetParameterGroups(s_options)
            : new ConvNeXtTiny([4, 4, 4, 4], depths, Classes, responseNorm).GetParameterGroups(s_options);
    }

    private static ParameterGroups MmpretrainClassifier(GoldenLayers golden) =>
        new MmpretrainImageClassifier(Mmpretrain(golden, "backbone."), Width, Classes).GetParameterGroups(s_options);

    private static MmpretrainVisionTransformer Mmpretrain(GoldenLayers golden, string prefix) =>
        new(s_patches, Width, golden.Count($"{prefix}layers"), Heads, golden.FirstHas($"{prefix}layers", "attn.gamma1"));
}
