using System.Collections.Immutable;
using System.Text.Json;
using LayerDecayGen.References;

namespace LayerDecayGen.Tests.Recipes;

public static partial class GoldenRecipes
{
    private static GoldenRecipe StMixer(JsonElement inputs) => inputs.TextAt("function") == "make_optimizer" ? StMixerOptimizer(inputs) : new(
        WithAssigner(inputs, new StMixerGroupsRecipe
        {
            WeightDecay = inputs.GetProperty("weight_decay").Number(),
            OthersScale = inputs.NumberAt("lr_scale") ?? 1,
        }) with
        {
            UseLayerDecay = inputs.FlagAt("use_layer_decay") ?? inputs.NumberAt("layer_decay") is not null,
        });

    private static GoldenRecipe StMixerOptimizer(JsonElement inputs)
    {
        var cfg = inputs.GetProperty("cfg");
        var (vit, solver) = (cfg.Field("ViT") ?? default, cfg.GetProperty("SOLVER"));
        var rate = solver.GetProperty("BASE_LR").Number();
        return new GoldenRecipe(
            new StMixerRecipe
            {
                BaseLearningRate = rate,
                IsVisionTransformer = cfg.GetProperty("MODEL").GetProperty("BACKBONE").TextAt("CONV_BODY")!.Contains("vit", StringComparison.OrdinalIgnoreCase),
                LayerDecay = vit.NumberAt("LAYER_DECAY"),
                Depth = vit.IntegerAt("DEPTH"),
                BackboneWeightDecay = vit.NumberAt("WEIGHT_DECAY") ?? 0,
                NoWeightDecayNames = PythonSet(vit.Field("NO_WEIGHT_DECAY")),
                WeightDecay = solver.GetProperty("WEIGHT_DECAY").Number(),
                NormWeightDecay = solver.NumberAt("WEIGHT_DECAY_BN") ?? 0,
                Parity = true,
            },
            rate);
    }

    // A text where a list is meant becomes the set of its characters.
    private static ImmutableArray<string> PythonSet(JsonElement? json) => json is { ValueKind: JsonValueKind.String } text
        ? [.. text.GetString()!.Select(c => c.ToString()).Distinct()]
        : json.Texts();
}
