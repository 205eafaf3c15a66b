namespace LayerDecayGen.Tests;

/// <summary>The golden cases that cannot agree, each with its reason: <c>file/id</c> to reason. The aim is an empty table.</summary>
public static class GoldenExceptions
{
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["transformers/linear-resume-without-initial-lr-error"] =
            "fails in torch because its groups have no initial_lr; every group of TorchSharp has an InitialLearningRate",
    };
}
