using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace LayerDecayGen.Training;

/// <summary>The model part's text.</summary>
/// <param name="Aliases">Names of tied tensors, and the name under which the file has the tensor.</param>
/// <param name="Renames">Renames that the model's members had when it was saved.</param>
/// <param name="Frozen">Parameters that did not train.</param>
internal sealed record ModelText(Dictionary<string, string> Aliases, List<string> Renames, List<string> Frozen);

/// <summary>An optimizer part's text: options of groups, and each parameter's group and numbers.</summary>
internal sealed record OptimizerText(string Kind, List<Dictionary<string, double>> Groups, Dictionary<string, ParameterText> Parameters);

/// <summary>A parameter's group among the saved ones and the numbers of its state.</summary>
internal sealed record ParameterText(int Group, Dictionary<string, double> Numbers);

/// <summary>The training step's text.</summary>
internal sealed record StepText(long Iterations, long Updates, long Skips);

/// <summary>The average's text.</summary>
internal sealed record AverageText(long Updates);

/// <summary>The loss scale's text.</summary>
internal sealed record LossScaleText(double Value, int GoodUpdates);

/// <summary>A data order's text.</summary>
internal sealed record DataOrderText(int Count, int Seed, long Epoch, int Position);

[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ModelText))]
[JsonSerializable(typeof(OptimizerText))]
[JsonSerializable(typeof(StepText))]
[JsonSerializable(typeof(AverageText))]
[JsonSerializable(typeof(LossScaleText))]
[JsonSerializable(typeof(DataOrderText))]
internal sealed partial class PartJson : JsonSerializerContext;

/// <summary>Texts of parts as JSON, by generated code alone, so that a trimmed program has it too.</summary>
internal static class PartText
{
    public static string Write<T>(T text, JsonTypeInfo<T> type) => JsonSerializer.Serialize(text, type);

    public static T Read<T>(SavedPart saved, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(saved.Text, type) ?? throw new CheckpointException($"The text of the part '{saved.Name}' is null.");
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"The text of the part '{saved.Name}' is not what this library writes: {e.Message}", e);
        }
    }
}
