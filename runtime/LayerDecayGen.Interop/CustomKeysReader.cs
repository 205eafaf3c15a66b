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
    public static ImmutableArray<CustomKey> Read(JsonElement json, bool anyField = false) => Read(ConfigValue.Of(json), anyField);

    internal static ImmutableArray<CustomKey> Read(object? value, bool anyField)
    {
        var map = ConfigValue.Map(value, "custom_keys");
        return [.. map.Keys.Select(key => ReadKey(key, map[key], anyField))];
    }

    /// <summary>Reads a <c>paramwise_cfg</c>: <c>custom_keys</c> and the multipliers of <see cref="ParamwiseOptions"/>.</summary>
    /// <param name="json">The configuration.</param>
    /// <param name="anyField">As for <see cref="Read(JsonElement, bool)"/>; unknown options are then ignored as mmengine does.</param>
    /// <exception cref="PlanException">An option is unknown or has the wrong type.</exception>
    public static ParamwiseOptions ReadParamwise(JsonElement json, bool anyField = false) => ReadParamwise(ConfigValue.Of(json), anyField, []);

    /// <param name="value">The configuration.</param>
    /// <param name="anyField">As above.</param>
    /// <param name="others">Options that the caller reads.</param>
    internal static ParamwiseOptions ReadParamwise(object? value, bool anyField, string[] others)
    {
        var map = ConfigValue.Map(value, "paramwise_cfg");
        var options = new ParamwiseOptions();
        foreach (var option in map.Keys)
        {
            var name = $"paramwise_cfg.{PythonText.Shown(option)}";
            options = option switch
            {
                "custom_keys" => options with { CustomKeys = Read(map[option], anyField) },
                "bias_lr_mult" => options with { BiasLearningRateMultiplier = Number(map[option], name) },
                "bias_decay_mult" => options with { BiasDecayMultiplier = Number(map[option], name) },
                "norm_decay_mult" => options with { NormDecayMultiplier = Number(map[option], name) },
                "dwconv_decay_mult" => options with { DepthwiseDecayMultiplier = Number(map[option], name) },
                "flat_decay_mult" => options with { FlatDecayMultiplier = Number(map[option], name) },
                "dcn_offset_lr_mult" => options with { DeformableOffsetLearningRateMultiplier = Number(map[option], name) },
                "bypass_duplicate" => options with { BypassDuplicates = Flag(map[option], name) },
                _ => anyField || others.Contains(option) ? options : throw new PlanException($"{name} is no option of mmengine's constructor."),
            };
        }

        return options;
    }

    private static CustomKey ReadKey(string name, object? value, bool anyField)
    {
        var where = $"custom_keys['{PythonText.Shown(name)}']";
        var fields = ConfigValue.Map(value, where);
        var key = new CustomKey(name);
        foreach (var field in fields.Keys)
        {
            var path = $"{where}.{PythonText.Shown(field)}";
            key = field switch
            {
                "lr_mult" => key with { LearningRateMultiplier = Number(fields[field], path) },
                "decay_mult" => key with { DecayMultiplier = Number(fields[field], path) },
                "lr" => key with { LearningRate = Number(fields[field], path) },
                "weight_decay" => key with { WeightDecay = Number(fields[field], path) },
                _ when anyField || HyperParameters.Contains(field) => key with { Extra = key.Extra.SetItem(field, Value(fields[field], path)) },
                _ => throw new PlanException(
                    $"{path} is no field of a custom key: there are lr_mult, decay_mult, lr, weight_decay, {string.Join(", ", HyperParameters)}."),
            };
        }

        return key;
    }

    private static double Number(object? value, string name) => ConfigValue.Number(value, name);

    private static bool Flag(object? value, string name) => ConfigValue.Flag(value, name);

    private static object Value(object? value, string name) => value switch
    {
        double or string or bool => value,
        List<object?> list when list.All(e => e is double) => list.Cast<double>().ToImmutableArray(),
        _ => throw new PlanException($"{name} is {ConfigValue.Kind(value)}: it must be a number, a text, a flag or a list of numbers."),
    };
}
