using System.Text.Json;
using System.Text.Json.Serialization;

namespace LayerDecayGen.Training;

/// <summary>Where a tensor's bytes are in the file.</summary>
internal sealed record TensorEntry(string Dtype, long[] Shape, long Offset, long Bytes);

/// <summary>A parameter's place in the optimizers: its group among the saved ones and the numbers of its state.</summary>
internal sealed record ParameterEntry(int Group, Dictionary<string, double> Numbers);

/// <summary>A group's optimizer and options by name; a switch is 0 or 1.</summary>
internal sealed record GroupEntry(string Optimizer, Dictionary<string, double> Options);

/// <summary>
/// Everything in a checkpoint but the tensors' bytes. Tensors are named <c>model/…</c>, <c>state/parameter/field</c> and <c>average/…</c>.
/// </summary>
internal sealed record CheckpointManifest
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public Dictionary<string, TensorEntry> Tensors { get; init; } = new(StringComparer.Ordinal);

    public Dictionary<string, ParameterEntry> Parameters { get; init; } = new(StringComparer.Ordinal);

    public List<GroupEntry> Groups { get; init; } = [];

    public Dictionary<string, double> Counts { get; init; } = new(StringComparer.Ordinal);

    public string? Schedules { get; set; }

    public long DataBytes { get; set; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    public static CheckpointManifest Parse(byte[] bytes) =>
        JsonSerializer.Deserialize<CheckpointManifest>(bytes, Json) ?? throw new CheckpointException("The checkpoint's table of contents is empty.");
}
