using LayerDecayGen.Optimizers;
using TorchSharp.Modules;

namespace LayerDecayGen.Tests.Optimizers;

/// <summary>Groups on bare parameters, so that optimizers are tested without a model.</summary>
internal static class BareGroups
{
    public static GroupSource Group(string name, double learningRate, double weightDecay, params (string Name, Parameter Parameter)[] members) =>
        new(name, [.. members.Select(m => m.Name)], () => [.. members.Select(m => m.Parameter)], learningRate, weightDecay);

    public static GroupSources Of(params GroupSource[] groups) => new(groups, () => { });
}
