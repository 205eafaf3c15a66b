using TorchSharp.Modules;

namespace LayerDecayGen.Benchmarks.Optimizers;

/// <summary>TorchSharp's optimizers on the same groups with the same numbers, and ours beside them.</summary>
internal static class StockOptimizers
{
    public static readonly (string Name, Func<ParameterGroups, OptimizerHelper> Ours, Func<ParameterGroups, OptimizerHelper> Stock)[] All =
    [
        ("AdamW", g => g.CreateAdamW(1e-4), AdamW),
        ("Adam", g => g.CreateAdam(1e-4), g => new TorchSharp.Modules.Adam(Groups<Adam.ParamGroup, Adam.Options>(g), 1e-4)),
        ("SGD", g => g.CreateSGD(1e-4, momentum: 0.9), g => new TorchSharp.Modules.SGD(Groups<SGD.ParamGroup, SGD.Options>(g), 1e-4, 0.9)),
        ("RMSprop", g => g.CreateRMSProp(1e-4), g => new TorchSharp.Modules.RMSProp(Groups<RMSProp.ParamGroup, RMSProp.Options>(g), 1e-4)),
        ("Adagrad", g => g.CreateAdagrad(1e-4), g => new TorchSharp.Modules.Adagrad(Groups<Adagrad.ParamGroup, Adagrad.Options>(g), 1e-4)),
        ("Adadelta", g => g.CreateAdadelta(1e-4), g => new TorchSharp.Modules.Adadelta(Groups<Adadelta.ParamGroup, Adadelta.Options>(g), 1e-4)),
        ("Adamax", g => g.CreateAdamax(1e-4), g => new TorchSharp.Modules.Adamax(Groups<Adamax.ParamGroup, Adamax.Options>(g), 1e-4)),
        ("NAdam", g => g.CreateNAdam(1e-4), g => new TorchSharp.Modules.NAdam(Groups<NAdam.ParamGroup, NAdam.Options>(g), 1e-4)),
        ("RAdam", g => g.CreateRAdam(1e-4), g => new TorchSharp.Modules.RAdam(Groups<RAdam.ParamGroup, RAdam.Options>(g), 1e-4)),
        ("ASGD", g => g.CreateASGD(1e-4), g => new TorchSharp.Modules.ASGD(Groups<ASGD.ParamGroup, ASGD.Options>(g), 1e-4)),
        ("Rprop", g => g.CreateRprop(1e-4), g => new TorchSharp.Modules.Rprop(Groups<Rprop.ParamGroup, Rprop.Options>(g), 1e-4)),
    ];

    public static OptimizerHelper Ours(string name, ParameterGroups groups, LayerDecayGen.StepOptions step) => name switch
    {
        "AdamW" => groups.CreateAdamW(1e-4, step: step),
        "Adam" => groups.CreateAdam(1e-4, step: step),
        "SGD" => groups.CreateSGD(1e-4, momentum: 0.9, step: step),
        "Adagrad" => groups.CreateAdagrad(1e-4, step: step),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    public static OptimizerHelper AdamW(ParameterGroups groups) => new TorchSharp.Modules.AdamW(Groups<AdamW.ParamGroup, AdamW.Options>(groups), 1e-4);

    private static IEnumerable<TGroup> Groups<TGroup, TOptions>(ParameterGroups groups)
        where TGroup : ParamGroup<TOptions>, new() where TOptions : OptimizerOptions, new() =>
        groups.Select(g => new TGroup { Parameters = [.. g.Parameters], Options = Options<TOptions>(g) });

    private static TOptions Options<TOptions>(ParameterGroup group) where TOptions : OptimizerOptions, new()
    {
        var options = new TOptions { LearningRate = group.LearningRate(1e-4) };
        typeof(TOptions).GetField("weight_decay")?.SetValue(options, group.WeightDecay);
        return options;
    }
}
