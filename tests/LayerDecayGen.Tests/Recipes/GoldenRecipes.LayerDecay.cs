using System.Text.Json;
using LayerDecayGen.References;

namespace LayerDecayGen.Tests.Recipes;

public static partial class GoldenRecipes
{
    private static GoldenRecipe MMDet(GoldenCase golden) => Constructor(golden, new MMDetLayerDecayRecipe
    {
        DecayType = Paramwise(golden.Inputs)?.TextAt("decay_type") ?? "layer_wise",
    });

    private static GoldenRecipe MMDetViTDet(GoldenCase golden) => Constructor(golden, new MMDetViTDetRecipe());

    private static GoldenRecipe MMSeg(GoldenCase golden) => golden.Inputs.TextAt("constructor") == "LayerDecayOptimizerConstructor"
        ? Constructor(golden, new MMSegLayerDecayLegacyRecipe(), "layer_decay_rate")
        : Constructor(golden, new MMSegLayerDecayRecipe { DecayType = Paramwise(golden.Inputs)?.TextAt("decay_type") ?? "layer_wise" });

    // A group without weight decay stays without in the data: the constructor sets None, which no optimizer fills in.
    private static GoldenRecipe Constructor(GoldenCase golden, LayerDecayConstructorRecipe recipe, string rate = "decay_rate")
    {
        var optimizer = golden.Inputs.GetProperty("optimizer");
        return new GoldenRecipe(
            recipe with
            {
                LayerDecay = Paramwise(golden.Inputs)?.NumberAt(rate),
                LayerCount = Paramwise(golden.Inputs)?.IntegerAt("num_layers"),
                LearningRate = optimizer.NumberAt("lr"),
                WeightDecay = optimizer.NumberAt("weight_decay"),
                BackboneType = golden.Inputs.TextAt("backbone_type"),
                Parity = true,
            },
            optimizer.NumberAt("lr") ?? double.NaN);
    }

    private static GoldenRecipe Transformers(JsonElement inputs) => new(
        new TransformersRecipe { WeightDecay = inputs.GetProperty("weight_decay").Number(), Parity = true },
        inputs.GetProperty("learning_rate").Number());

    // The reference saw tf_name where the data has one, else the name itself.
    private static GoldenRecipe Electra(GoldenCase golden)
    {
        var seen = golden.Json.GetProperty("parameters").EnumerateArray().ToDictionary(p => p.TextAt("name")!, p => p.TextAt("tf_name"));
        return new GoldenRecipe(
            new ElectraRecipe
            {
                LayerDecay = golden.Inputs.NumberAt("layerwise_lr_decay_power"),
                LayerCount = golden.Inputs.IntegerAt("n_transformer_layers"),
                WeightDecay = golden.Inputs.GetProperty("weight_decay_rate").Number(),
                VariableName = seen.Values.Any(v => v is not null) ? null : name => name,
                Parity = true,
            },
            golden.Inputs.GetProperty("learning_rate").Number());
    }
}
