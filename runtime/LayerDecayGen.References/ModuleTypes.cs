namespace LayerDecayGen.References;

/// <summary>What the references ask of a module's class, by the names that torch.nn and TorchSharp share.</summary>
internal static class ModuleTypes
{
    private static readonly string[] BatchNorms = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm"];
    private static readonly string[] InstanceNorms = ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"];
    private static readonly string[] Convolutions =
        ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"];

    /// <summary>Batch, instance, group and layer norms.</summary>
    public static bool IsNorm(OwnerFact? owner) => IsBatchNorm(owner) || Is(owner, InstanceNorms) || Is(owner, "GroupNorm", "LayerNorm");

    public static bool IsBatchNorm(OwnerFact? owner) => Is(owner, BatchNorms);

    /// <summary>Norms with running statistics: torch's <c>_NormBase</c>.</summary>
    public static bool IsNormWithStatistics(OwnerFact? owner) => IsBatchNorm(owner) || Is(owner, InstanceNorms);

    public static bool IsConvolution(OwnerFact? owner) => Is(owner, Convolutions);

    public static bool Is(OwnerFact? owner, params string[] types) =>
        owner is not null && (types.Contains(owner.TypeName) || (owner.BaseTypeName is { } known && types.Contains(known)));

    /// <summary>mmengine's test: a <c>Conv2d</c> with as many groups as input channels, one of each included.</summary>
    public static bool IsDepthwiseByMMEngine(OwnerFact? owner) =>
        Is(owner, "Conv2d") && owner!.InChannels is { } channels && channels == owner.ConvolutionGroups;

    /// <summary>One group a channel, and more than one channel, in any number of dimensions.</summary>
    public static bool IsDepthwise(OwnerFact? owner) =>
        IsConvolution(owner) && owner!.ConvolutionGroups is > 1 && owner.InChannels == owner.ConvolutionGroups;
}
