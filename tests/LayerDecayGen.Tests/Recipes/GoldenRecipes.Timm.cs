using System.Collections.Immutable;
using System.Text.Json;
using LayerDecayGen.References;

namespace LayerDecayGen.Tests.Recipes;

public static partial class GoldenRecipes
{
    private static GoldenRecipe Timm(GoldenCase golden)
    {
        var inputs = golden.Inputs;
        var useLayers = inputs.TextAt("function") == "param_groups_layer_decay";
        var recipe = new TimmRecipe
        {
            UseLayerDecay = useLayers,
            LayerDecay = inputs.NumberAt("layer_decay") ?? 0.75,
            WeightDecay = inputs.NumberAt("weight_decay") ?? (inputs.TryGetProperty("weight_decay", out _) ? 0 : useLayers ? 0.05 : 1e-5),
            NoWeightDecayNames = inputs.Field("no_weight_decay_list").Texts(),
            FallbackNames = inputs.Field("fallback_list").Texts(),
            FallbackNoWeightDecay = inputs.FlagAt("fallback_no_weight_decay") ?? false,
            ExcludeOneDimensional = inputs.FlagAt("weight_decay_exclude_1d") ?? true,
            MinimumScale = inputs.NumberAt("min_scale") ?? 0,
            FreezeBelowScale = inputs.NumberAt("no_opt_scale"),
            Parity = true,
        };
        return new GoldenRecipe(useLayers ? WithLayers(recipe, golden) : recipe);
    }

    // Where the data gives no patterns, the matcher was code or there was none: then consecutive parameters, if they give the recorded layers.
    private static TimmRecipe WithLayers(TimmRecipe recipe, GoldenCase golden)
    {
        if (golden.Inputs.Field("group_matcher") is { ValueKind: JsonValueKind.Object } matcher) return recipe with { GroupMatcher = Matcher(matcher) };
        var recorded = golden.Inputs.GetProperty("layer_map").EnumerateObject().ToImmutableDictionary(l => l.Name, l => l.Value.GetInt32());
        var last = recorded.Values.DefaultIfEmpty(0).Max();
        var isAllHead = last == 0;
        var automatic = recipe with
        {
            ClassifierPrefixes = isAllHead ? [] : [.. recorded.Where(l => l.Value == last).Select(l => l.Key.Split('.')[0]).Distinct()],
        };
        var facts = GoldenFacts.Of(golden);
        var agrees = ((IRecipe)automatic).Plan(facts).Parameters.All(p => p.Layer == recorded.GetValueOrDefault(p.Fact.Name, last));
        return agrees ? automatic : recipe with { LayerMap = recorded };
    }

    private static TimmGroupMatcher Matcher(JsonElement json) => new(
    [
        .. json.EnumerateObject().Select(g => KeyValuePair.Create(g.Name, Patterns(g.Value))),
    ]);

    private static ImmutableArray<TimmGroupPattern> Patterns(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.String => [new(json.GetString()!)],
        _ => [.. json.EnumerateArray().Select(p => new TimmGroupPattern(
            p[0].GetString()!, p[1].ValueKind == JsonValueKind.Array ? ((JsonElement?)p[1]).Numbers() : []))],
    };
}
