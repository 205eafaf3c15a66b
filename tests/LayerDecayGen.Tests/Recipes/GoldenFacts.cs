using System.Collections.Immutable;
using System.Text.Json;

namespace LayerDecayGen.Tests.Recipes;

/// <summary>The parameters of a golden case as the facts that planning takes.</summary>
public static class GoldenFacts
{
    public static ModelFacts Of(GoldenCase golden) => new(
        golden.Json.TextAt("model") ?? golden.Id, [.. golden.Json.GetProperty("parameters").EnumerateArray().Select(p => WithOwnNorm(golden, Parameter(p)))]);

    // The residual blocks of a real detectron2 model hold detectron2.layers.LayerNorm, which is no torch.nn.LayerNorm; the data records short class names only.
    private static ParameterFact WithOwnNorm(GoldenCase golden, ParameterFact fact) =>
        golden.Json.TextAt("model")!.Contains("detectron2") && fact.Name.Contains(".residual.") && fact.Owner is { TypeName: "LayerNorm" }
            ? fact with { Owner = new OwnerFact("detectron2.layers.LayerNorm") }
            : fact;

    private static ParameterFact Parameter(JsonElement json) => new()
    {
        Name = json.GetProperty("name").GetString()!,
        Shape = [.. json.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64())],
        Frozen = json.FlagAt("requires_grad") == false,
        TiedTo = json.TextAt("tied_to"),
        Owner = json.TextAt("module_type") is { } type
            ? new OwnerFact(type)
            {
                BaseTypeName = json.TextAt("base_type"),
                InChannels = json.Field("in_channels")?.GetInt64(),
                ConvolutionGroups = json.Field("groups")?.GetInt64(),
            }
            : null,
    };
}
