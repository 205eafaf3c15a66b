using System.Collections.Immutable;
using System.Text.Json;
using LayerDecayGen.References;

namespace LayerDecayGen.Interop;

/// <summary>Reads mmengine's <c>custom_keys</c> and <c>paramwise_cfg</c> from JSON, naming the field that cannot be read.</summary>
public static class CustomKeysReader
{
    private static readonly string[] HyperParameters =
        ["momentum", "dampening", "nesterov", "betas", "eps", "alpha", "centered", "amsgrad", "maximize", "foreach", "requires_grad"];

    /// <summary>Reads a dictionary from key to its fields, in the order of the text.</summary>
    /// <param name="json">For example <c>{"backbone": {"lr_mult": 0.1, "decay_mult": 1.0}}</c>.</param>
    /// <param name="anyField">
    /// Whether fields beyond <c>lr_mult</c>, <c>decay_mult</c>, <c>lr</c>, <c>weight_decay</c> and the hyper-parameters of torch's
    /// optimizers are let through, as mmengine does.
    /// </param>
    /// <exception cref="PlanException">The JSON is no such dictionary, a key stands twice, a field is unknown or has the wrong
    /// type.</exception>
    public static ImmutableArray<CustomKey> Read(JsonElement json, bool anyField = false)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new PlanException($"custom_keys is {Kind(json)}: it must be an object from key to fields.");
        var keys = ImmutableArray.CreateBuilder<CustomKey>();
        foreach (var entry in json.EnumerateObject())
        {
            if (keys.Any(k => k.Key == entry.Name)) throw new PlanException($"custom_keys has '{entry.Name}' twice: leave one of them.");
            keys.Add(ReadKey(entry.Name, entry.Value, anyField));
        }

        return keys.ToImmutable();
    }

    /// <summary>Reads a <c>paramwise_cfg</c>: <c>custom_keys</c> and the multipliers of <see cref="ParamwiseOptions"/>.</summary>
    /// <param name="json">The configuration.</param>
    /// <param name="anyField">As for <see cref="Read"/>; unknown options are then ignored as mmengine does.</param>
    /// <exception cref="PlanException">An option is unknown or has the wrong type.</exception>
    public static ParamwiseOptions ReadParamwise(JsonElement json, bool anyField = false)
    {
        if (json.ValueKind != JsonValueKind.Object) throw new PlanException($"paramwise_cfg is {Kind(json)}: it must be an object.");
        var options = new ParamwiseOptions();
        foreach (var option in json.EnumerateObject())
        {
            var name = $"paramwise_cfg.{option.Name}";
            options = option.Name switch
            {
                "custom_keys" => options with { CustomKeys = Read(option.Value, anyField) },
                "bias_lr_mult" => options with { BiasLearningRateMultiplier = Number(option.Value, name) },
                "bias_decay_mult" => options with { BiasDecayMultiplier = Number(option.Value, name) },
                "norm_decay_mult" => options with { NormDecayMultiplier = Number(option.Value, name) },
                "dwconv_decay_mult" => options with { DepthwiseDecayMultiplier = Number(option.Value, name) },
                "flat_decay_mult" => options with { FlatDecayMultiplier = Number(option.Value, name) },
                "dcn_offset_lr_mult" => options with { DeformableOffsetLearningRateMultiplier = Number(option.Value, name) },
                "bypass_duplicate" => options with { BypassDuplicates = Flag(option.Value, name) },
                _ => anyField ? options : throw new PlanException($"{name} is no option of mmengine's constructor."),
            };
        }

        return options;
    }

    private static CustomKey ReadKey(string name, JsonElement fields, bool anyField)
    {
        if (fields.ValueKind != JsonValueKind.Object)
            throw new PlanException($"custom_keys['{name}'] is {Kind(fields)}: it must be an object of fields.");
        var key = new CustomKey(name);
        foreach (var field in fields.EnumerateObject())
        {
            var path = $"custom_keys['{name}'].{field.Name}";
            key = field.Name switch
            {
                "lr_mult" => key with { LearningRateMultiplier = Number(field.Value, path) },
                "decay_mult" => key with { DecayMultiplier = Number(field.Value, path) },
                "lr" => key with { LearningRate = Number(field.Value, path) },
                "weight_decay" => key with { WeightDecay = Number(field.Value, path) },
                _ when anyField || HyperParameters.Contains(field.Name) => key with { Extra = key.Extra.SetItem(field.Name, Value(field.Value, path)) },
                _ => throw new PlanException(
                    $"{path} is no field of a custom key: there are lr_mult, decay_mult, lr, weight_decay, {string.Join(", ", HyperParameters)}."),
            };
        }

        return key;
    }

    private static double Number(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Number ? json.GetDouble() : throw new PlanException($"{name} is {Kind(json)}: it must be a number.");

    private static bool Flag(JsonElement json, string name) => json.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? json.GetBoolean()
        : throw new PlanException($"{name} is {Kind(json)}: it must be true or false.");

    private static object Value(JsonElement json, string name) => json.ValueKind switch
    {
        JsonValueKind.Number => json.GetDouble(),
        JsonValueKind.String => json.GetString()!,
        JsonValueKind.True or JsonValueKind.False => json.GetBoolean(),
        JsonValueKind.Array when json.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number) =>
            json.EnumerateArray().Select(e => e.GetDouble()).ToImmutableArray(),
        _ => throw new PlanException($"{name} is {Kind(json)}: it must be a number, a text, a flag or a list of numbers."),
    };

    private static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => json.GetRawText(),
    };
}
