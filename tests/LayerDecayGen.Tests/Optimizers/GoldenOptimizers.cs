using System.Text.Json;
using TorchSharp.Modules;
using Ours = LayerDecayGen;
using Stock = TorchSharp.Modules;

namespace LayerDecayGen.Tests.Optimizers;

/// <summary>Makes the optimizer of a golden case with every option of every group.</summary>
internal static class GoldenOptimizers
{
    public static OptimizerHelper Create(GoldenCase golden, Dictionary<string, Parameter> parameters, StepOptions? step = null) =>
        Create(golden.Json.GetProperty("optimizer").GetString()!, golden.Json, parameters, step, golden.File == "torch_nadam");

    public static OptimizerHelper Create(
        string name, JsonElement golden, Dictionary<string, Parameter> parameters, StepOptions? step = null, bool parity = false)
    {
        var json = golden.GetProperty("groups").EnumerateArray().ToList();
        var sources = BareGroups.Of([.. json.Select((g, i) => Source(g, i, parameters))]);
        JsonElement Of(GroupSource s) => json[int.Parse(s.Name)];
        T Group<T>(GroupSource s) where T : OptimizerOptions, new() => Options<T>(Of(s), golden);
        T First<T>() where T : OptimizerOptions, new() => Group<T>(sources.Groups[0]);
        var maximize = json[0].FlagAt("maximize") ?? false;
        return name switch
        {
            "AdamW" => new Ours.AdamW(sources, First<Stock.AdamW.Options>(), Group<Stock.AdamW.Options>, step),
            "Adam" => new Ours.Adam(sources, First<Stock.Adam.Options>(), Group<Stock.Adam.Options>, step),
            "SGD" => new Ours.SGD(sources, First<Stock.SGD.Options>(), Group<Stock.SGD.Options>, step),
            "RMSprop" => new Ours.RMSProp(sources, First<Stock.RMSProp.Options>(), Group<Stock.RMSProp.Options>, step),
            "Adagrad" => new Ours.Adagrad(sources, First<Stock.Adagrad.Options>(), Group<Stock.Adagrad.Options>, step, maximize),
            "Adadelta" => new Ours.Adadelta(sources, First<Stock.Adadelta.Options>(), Group<Stock.Adadelta.Options>, step),
            "Adamax" => new Ours.Adamax(sources, First<Stock.Adamax.Options>(), Group<Stock.Adamax.Options>, step, maximize),
            "NAdam" => new Ours.NAdam(sources, First<Stock.NAdam.Options>(), Group<Stock.NAdam.Options>, step, parity),
            "RAdam" => new Ours.RAdam(sources, First<Stock.RAdam.Options>(), Group<Stock.RAdam.Options>, step),
            "ASGD" => new Ours.ASGD(sources, First<Stock.ASGD.Options>(), Group<Stock.ASGD.Options>, step),
            "Rprop" => new Ours.Rprop(sources, First<Stock.Rprop.Options>(), Group<Stock.Rprop.Options>, step),
            _ => throw new NotSupportedException(name),
        };
    }

    private static GroupSource Source(JsonElement group, int index, Dictionary<string, Parameter> parameters) => BareGroups.Group(
        $"{index}", group.GetProperty("lr").Number(), group.NumberAt("weight_decay") ?? 0,
        [.. group.GetProperty("params").EnumerateArray().Select(p => (p.GetString()!, parameters[p.GetString()!]))]);

    // TorchSharp's option fields bear PyTorch's names, save for pairs. A field that neither the group nor the case states has PyTorch's default.
    private static TOptions Options<TOptions>(JsonElement group, JsonElement golden) where TOptions : OptimizerOptions, new()
    {
        var options = new TOptions { LearningRate = group.GetProperty("lr").Number() };
        foreach (var field in typeof(TOptions).GetFields())
        {
            var value = Find(field.Name, group) ?? (golden.Field("defaults") is { } defaults ? Find(field.Name, defaults) : null);
            field.SetValue(options, field.FieldType == typeof(bool?)
                ? value is { ValueKind: JsonValueKind.True }
                : value?.Number() ?? (typeof(TOptions).DeclaringType!, field.Name) switch
                {
                    (_, "beta1" or "rho") => 0.9,
                    (_, "beta2") => 0.999,
                    (_, "eps") => 1e-8,
                    _ => 0.0,
                });
        }

        return options;
    }

    private static JsonElement? Find(string field, JsonElement json) => field switch
    {
        "beta1" => json.Field("betas")?[0],
        "beta2" => json.Field("betas")?[1],
        "etaminus" => json.Field("etas")?[0],
        "etaplus" => json.Field("etas")?[1],
        "min_step" => json.Field("step_sizes")?[0],
        "max_step" => json.Field("step_sizes")?[1],
        _ => json.Field(field),
    };
}
