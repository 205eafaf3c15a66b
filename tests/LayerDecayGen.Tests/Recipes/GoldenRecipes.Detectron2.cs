using System.Collections.Immutable;
using System.Text.Json;
using LayerDecayGen.References;

namespace LayerDecayGen.Tests.Recipes;

using Field = KeyValuePair<string, object>;

public static partial class GoldenRecipes
{
    private static GoldenRecipe Detectron2(JsonElement inputs)
    {
        if (inputs.TextAt("function") == "reduce_param_groups")
        {
            var groups = inputs.GetProperty("param_groups").EnumerateArray().Select(g => new ExplicitGroup(g.Field("params").Texts(), FieldsOf(g)));
            return new GoldenRecipe(new ExplicitGroupsRecipe([.. groups]) { Parity = true });
        }

        return new GoldenRecipe(
            new Detectron2Recipe
            {
                BaseLearningRate = inputs.NumberAt("base_lr"),
                WeightDecay = inputs.NumberAt("weight_decay"),
                NormWeightDecay = inputs.NumberAt("weight_decay_norm"),
                BiasLearningRateFactor = inputs.NumberAt("bias_lr_factor") ?? 1,
                BiasWeightDecay = inputs.NumberAt("weight_decay_bias"),
                Overrides = inputs.Field("overrides") is { } overrides
                    ? [.. overrides.EnumerateObject().Select(o => new ParameterOverride(o.Name, FieldsOf(o.Value)))]
                    : [],
                LayerDecay = inputs.Field("lr_decay") is { } decay ? decay.NumberAt("lr_decay_rate") ?? 1 : null,
                Depth = inputs.Field("lr_decay") is { } depth ? depth.IntegerAt("num_layers") ?? 12 : null,
                Parity = true,
            },
            inputs.NumberAt("base_lr") ?? double.NaN);
    }

    private static ImmutableArray<Field> FieldsOf(JsonElement json) =>
        [.. json.EnumerateObject().Where(f => f.Name != "params").Select(f => new Field(f.Name, f.Value.ValueKind switch
        {
            JsonValueKind.Number => f.Value.GetDouble(),
            JsonValueKind.True or JsonValueKind.False => f.Value.GetBoolean(),
            _ => f.Value.ToString(),
        }))];
}
