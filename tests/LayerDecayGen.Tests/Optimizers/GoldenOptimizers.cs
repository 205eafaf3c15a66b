using System.Text.Json;
using TorchSharp.Modules;

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
        var maximize = json[0].FlagAt("maximize") ?? false;
        GroupOptimizer Make<TOptions, TState>(OptimizerSpec<TOptions, TState> spec) where TOptions : OptimizerOptions, new() where TState : OptimizerState =>
            GroupOptimizer.Create(spec, sources, Options<TOptions>(json[0], golden), s => Options<TOptions>(Of(s), golden), step);
        return name switch
        {
            "AdamW" => Make(OptimizerTable.AdamW),
            "Adam" => Make(OptimizerTable.Adam),
            "SGD" => Make(OptimizerTable.SGD),
            "RMSprop" => Make(OptimizerTable.RMSProp),
            "Adagrad" => Make(OptimizerTable.Adagrad(maximize)),
            "Adadelta" => Make(OptimizerTable.Adadelta),
            "Adamax" => Make(OptimizerTable.Adamax(maximize)),
            "NAdam" => Make(OptimizerTable.NAdam(parity)),
            "RAdam" => Make(OptimizerTable.RAdam),
            "ASGD" => Make(OptimizerTable.ASGD),
            "Rprop" => Make(OptimizerTable.Rprop),
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
