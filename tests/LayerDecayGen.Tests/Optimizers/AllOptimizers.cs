using TorchSharp.Modules;

namespace LayerDecayGen.Tests.Optimizers;

/// <summary>Every optimizer that can be made from groups, by name.</summary>
internal static class AllOptimizers
{
    public sealed class NoDecay : IRecipe
    {
        public string Name => "no decay";

        public Plan Plan(ModelFacts facts) => new([.. facts.Parameters.Select(f => new PlannedParameter(f, f.Layer, f.Dimensions < 2 ? 0.5 : 1, 0))]);
    }

    public static readonly Dictionary<string, Func<ParameterGroups, StepOptions?, GroupOptimizer>> Create = new()
    {
        ["AdamW"] = (g, s) => g.CreateAdamW(0.01, step: s),
        ["Adam"] = (g, s) => g.CreateAdam(0.01, step: s),
        ["SGD"] = (g, s) => g.CreateSGD(0.1, momentum: 0.9, step: s),
        ["RMSProp"] = (g, s) => g.CreateRMSProp(0.01, momentum: 0.5, centered: true, step: s),
        ["Adagrad"] = (g, s) => g.CreateAdagrad(0.1, step: s),
        ["Adadelta"] = (g, s) => g.CreateAdadelta(1, step: s),
        ["Adamax"] = (g, s) => g.CreateAdamax(0.05, step: s),
        ["NAdam"] = (g, s) => g.CreateNAdam(0.01, step: s),
        ["RAdam"] = (g, s) => g.CreateRAdam(0.05, step: s),
        ["ASGD"] = (g, s) => g.CreateASGD(0.2, step: s),
        ["Rprop"] = (g, s) => g.CreateRprop(0.01, step: s),
    };

    public static string[] Names => [.. Create.Keys];

    /// <summary>Gives an optimizer the state of another, over memory or as a file.</summary>
    public static void Exchange(OptimizerHelper from, OptimizerHelper to, bool inMemory)
    {
        if (inMemory)
        {
            to.load_state_dict(from.state_dict());
            return;
        }

        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        if (from is GroupOptimizer own) own.save_state_dict(writer);
        else from.save_state_dict(writer);
        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        if (to is GroupOptimizer target) target.load_state_dict(reader);
        else to.load_state_dict(reader);
    }
}
