using System.Collections.Immutable;
using System.Text.Json;
using LayerDecayGen.References;

namespace LayerDecayGen.Tests.Recipes;

public static partial class GoldenRecipes
{
    private static GoldenRecipe Mae(JsonElement inputs) => new(new MaeRecipe
    {
        LayerDecay = inputs.NumberAt("layer_decay"),
        WeightDecay = inputs.GetProperty("weight_decay").Number(),
        NoWeightDecayNames = inputs.Field("no_weight_decay_list").Texts(),
        Depth = inputs.IntegerAt("depth"),
        Parity = true,
    });

    private static GoldenRecipe Beit(JsonElement inputs) => new(WithAssigner(inputs, new BeitRecipe
    {
        WeightDecay = inputs.GetProperty("weight_decay").Number(),
        Version = inputs.TextAt("variant") is { } variant ? variant[^1] - '0' : 1,
        FilterNames = inputs.Field("filter_name").Texts(),
    }));

    private static GoldenRecipe VideoMae(JsonElement inputs, int version) => new(WithAssigner(inputs, new VideoMaeRecipe
    {
        WeightDecay = inputs.GetProperty("weight_decay").Number(),
        Version = version,
    }));

    private static GoldenRecipe Notebook(JsonElement inputs) => new(
        WithAssigner(inputs, new MMActionNotebookRecipe { WeightDecay = inputs.GetProperty("weight_decay").Number() }) with
        {
            Prefix = inputs.TextAt("prefix"),
        },
        inputs.GetProperty("lr").Number());

    private static ValueAssignerRecipe WithAssigner(JsonElement inputs, ValueAssignerRecipe recipe) => recipe with
    {
        LayerDecay = inputs.NumberAt("layer_decay"),
        NoWeightDecayNames = inputs.Field("skip_list").Texts(),
        Depth = inputs.IntegerAt("depth"),
        UseLayerDecay = inputs.FlagAt("use_layer_decay") ?? true,
        LayerScales = StatedScales(inputs),
        Parity = true,
    };

    // Scales that follow from rate and depth are left to the recipe, so that its powers are what is compared.
    private static ImmutableArray<double> StatedScales(JsonElement inputs)
    {
        var stated = inputs.Field("layer_scale_values").Numbers();
        if (inputs.NumberAt("layer_decay") is not { } rate || inputs.IntegerAt("depth") is not { } depth) return stated;
        var computed = Enumerable.Range(0, depth + 2).Select(layer => Math.Pow(rate, depth + 1 - layer));
        return stated.Length == depth + 2 && stated.Zip(computed).All(s => Math.Abs(s.First - s.Second) <= 1e-12 * s.First) ? [] : stated;
    }
}
