using System.Collections.Immutable;
using System.Text.Json;
using LayerDecayGen.Interop;
using LayerDecayGen.References;

namespace LayerDecayGen.Tests.Recipes;

public static partial class GoldenRecipes
{
    private static GoldenRecipe MMEngine(GoldenCase golden) => WithOptimizer(golden.Inputs, new MMEngineRecipe
    {
        LearningRate = golden.Inputs.GetProperty("optimizer").NumberAt("lr"),
        WeightDecay = golden.Inputs.GetProperty("optimizer").NumberAt("weight_decay"),
        Paramwise = Paramwise(golden.Inputs) is { } options && options.EnumerateObject().Any() ? CustomKeysReader.ReadParamwise(options, anyField: true) : null,
        DeformableTypes = golden.Inputs.FlagAt("dcn_available") == true ? ["DeformConv2d", "ModulatedDeformConv2d"] : [],
        Parity = true,
    });

    private static GoldenRecipe MMPretrain(GoldenCase golden) => WithOptimizer(golden.Inputs, new MMPretrainRecipe
    {
        LayerDecay = Paramwise(golden.Inputs)?.NumberAt("layer_decay_rate"),
        WeightDecay = golden.Inputs.GetProperty("optimizer").NumberAt("weight_decay"),
        Paramwise = CustomKeysReader.ReadParamwise(Paramwise(golden.Inputs) ?? default, anyField: true),
        Backbone = BackboneOf(golden.Json.TextAt("model")!),
        Prefix = golden.Json.TextAt("model")!.StartsWith("backbone:") ? "backbone." : "",
        Parity = true,
    });

    private static GoldenRecipe MMActionLayerDecay(GoldenCase golden)
    {
        if (Paramwise(golden.Inputs)?.TextAt("decay_type") is { } type && !type.Contains("layer_wise"))
        {
            throw new PlanException($"decay_type is '{type}'.");
        }

        return WithOptimizer(golden.Inputs, new MMActionLayerDecayRecipe
        {
            LayerDecay = Paramwise(golden.Inputs)?.NumberAt("decay_rate"),
            Depth = Paramwise(golden.Inputs)?.IntegerAt("num_layers"),
            WeightDecay = golden.Inputs.GetProperty("optimizer").NumberAt("weight_decay") ?? 0,
            Parity = true,
        });
    }

    private static GoldenRecipe MMActionSwin(GoldenCase golden)
    {
        var names = golden.Json.GetProperty("parameters").EnumerateArray().Select(p => "base." + p.TextAt("name"));
        var options = Paramwise(golden.Inputs) is { } given ? given.EnumerateObject().ToList() : [];
        foreach (var bad in options.Where(o => o.Value.ValueKind != JsonValueKind.Object && names.Any(n => n.Contains(o.Name))))
        {
            throw new PlanException($"paramwise_cfg.{bad.Name} is no dictionary.");
        }

        var keys = options.Where(o => o.Value.ValueKind == JsonValueKind.Object).ToDictionary(o => o.Name, o => o.Value);
        return WithOptimizer(golden.Inputs, new MMActionSwinRecipe
        {
            LearningRate = golden.Inputs.GetProperty("optimizer").NumberAt("lr"),
            WeightDecay = golden.Inputs.GetProperty("optimizer").NumberAt("weight_decay"),
            Keys = CustomKeysReader.Read(JsonSerializer.SerializeToElement(keys), anyField: true),
            Parity = true,
        });
    }

    private static GoldenRecipe MMActionTsm(GoldenCase golden) => WithOptimizer(golden.Inputs, new MMActionTsmRecipe
    {
        FastClassifier = Paramwise(golden.Inputs)?.FlagAt("fc_lr5"),
        WeightDecay = golden.Inputs.GetProperty("optimizer").NumberAt("weight_decay"),
        Parity = true,
    });

    private static JsonElement? Paramwise(JsonElement inputs) => inputs.Field("paramwise_cfg");

    // What torch's constructors fill in where the configuration is silent.
    private static GoldenRecipe WithOptimizer(JsonElement inputs, IRecipe recipe)
    {
        var optimizer = inputs.GetProperty("optimizer");
        var decay = optimizer.TextAt("type") == "AdamW" ? 0.01 : 0;
        return new GoldenRecipe(recipe, optimizer.NumberAt("lr") ?? 0.001, optimizer.NumberAt("weight_decay") ?? decay);
    }

    private static MMPretrainBackbone BackboneOf(string model) =>
        model.Contains("BEiT") ? MMPretrainBackbone.Beit
        : model.Contains("HiViT") ? MMPretrainBackbone.HiViT
        : model.Contains("Swin") ? MMPretrainBackbone.Swin
        : model.Contains("ConvNeXt") ? MMPretrainBackbone.ConvNeXt
        : model.Contains("MixMIM") ? MMPretrainBackbone.MixMim
        : model.Contains("ResNet") ? MMPretrainBackbone.ResNet
        : MMPretrainBackbone.VisionTransformer;
}
