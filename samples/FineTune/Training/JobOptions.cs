using static TorchSharp.torch;

namespace FineTune.Training;

/// <summary>What the person asked for. <see cref="Labels"/> null means 400, or all where there are fewer.</summary>
internal sealed record JobOptions
{
    public string Data { get; init; } = FineTune.Data.Sentences.Reviews;

    public double LayerDecay { get; init; } = 0.9;

    public double LearningRate { get; init; } = 3e-4;

    public int? Labels { get; init; }

    public int Epochs { get; init; } = 2;

    public int Batch { get; init; } = 16;

    public int Accumulation { get; init; } = 1;

    public bool FreezeEmbeddings { get; init; }

    public double? Ema { get; init; }

    public ScalarType Dtype { get; init; } = ScalarType.Float32;

    public int Seed { get; init; }

    public Device Device { get; init; } = CPU;

    public bool Resume { get; init; }

    public string Out { get; init; } = "";
}
