using LayerDecayGen.References;

namespace LayerDecayGen.Interop;

/// <summary>The constructors of optimizer wrappers that have a recipe, by name and scope.</summary>
internal static class MMEngineConstructors
{
    private const string LayerDecay = "LearningRateDecayOptimizerConstructor";
    private const string LayerDecayLegacy = "LayerDecayOptimizerConstructor";
    private const string Swin = "SwinOptimWrapperConstructor";
    private const string Tsm = "TSMOptimWrapperConstructor";
    private const string MMPretrain = "LearningRateDecayOptimWrapperConstructor";
    private const string Default = "DefaultOptimWrapperConstructor";

    /// <summary>The options of a constructor beyond mmengine's own.</summary>
    /// <exception cref="PlanException">The constructor is unknown.</exception>
    public static string[] Options(string? constructor) => constructor switch
    {
        null or Default or Swin => [],
        Tsm => ["fc_lr5"],
        MMPretrain => ["layer_decay_rate"],
        LayerDecay => ["decay_rate", "decay_type", "num_layers"],
        LayerDecayLegacy => ["decay_rate", "decay_type", "layer_decay_rate", "num_layers"],
        _ => throw new PlanException($"constructor '{PythonText.Shown(constructor)}' has no recipe here: there are {Default}, {Swin}, {Tsm}, {MMPretrain}, "
            + $"{LayerDecay}, {LayerDecayLegacy}. Write an IRecipe for it, or plan from custom_keys."),
    };

    public static IRecipe Recipe(MMEngineImport import, bool parity) => import.Constructor switch
    {
        Swin => new MMActionSwinRecipe { LearningRate = import.LearningRate, WeightDecay = import.WeightDecay, Keys = import.Paramwise?.CustomKeys ?? [], Parity = parity },
        Tsm => new MMActionTsmRecipe
        {
            FastClassifier = import.Options["fc_lr5"] is { } fast ? ConfigValue.Flag(fast, "paramwise_cfg.fc_lr5") : null,
            WeightDecay = import.WeightDecay,
            Parity = parity,
        },
        MMPretrain => new MMPretrainRecipe
        {
            LayerDecay = ConfigValue.OptionalNumber(import.Options, "layer_decay_rate", "paramwise_cfg"),
            WeightDecay = import.WeightDecay,
            Paramwise = import.Paramwise ?? new(),
            Backbone = Backbone(import),
            Parity = parity,
        },
        LayerDecay or LayerDecayLegacy => ByScope(import, parity),
        _ => new MMEngineRecipe { LearningRate = import.LearningRate, WeightDecay = import.WeightDecay, Paramwise = import.Paramwise, Parity = parity },
    };

    // Three packages have constructors of these names; their rules differ.
    private static IRecipe ByScope(MMEngineImport import, bool parity)
    {
        var depth = Depth(import);
        var rate = ConfigValue.OptionalNumber(import.Options, import.Options.Has("layer_decay_rate") ? "layer_decay_rate" : "decay_rate", "paramwise_cfg");
        var type = import.Options["decay_type"] is { } stated ? ConfigValue.Text(stated, "paramwise_cfg.decay_type") : "layer_wise";
        var backbone = TypeOfBackbone(import);
        LayerDecayConstructorRecipe recipe;
        switch (import.Scope, import.Constructor)
        {
            case ("mmaction", LayerDecay) when type == "layer_wise":
                return new MMActionLayerDecayRecipe
                {
                    LayerDecay = rate,
                    Depth = depth,
                    WeightDecay = import.WeightDecay ?? throw new PlanException($"optimizer.weight_decay is not set: {LayerDecay} needs it."),
                    BackboneType = backbone,
                    Parity = parity,
                };
            case ("mmdet", LayerDecay): recipe = new MMDetLayerDecayRecipe { DecayType = type }; break;
            case ("mmdet", LayerDecayLegacy): recipe = new MMDetViTDetRecipe(); break;
            case ("mmseg", LayerDecay): recipe = new MMSegLayerDecayRecipe { DecayType = type }; break;
            case ("mmseg", LayerDecayLegacy): recipe = new MMSegLayerDecayLegacyRecipe(); break;
            case (null, _):
                throw new PlanException($"{import.Constructor} exists in several of mmaction2, mmdet and mmseg: keep default_scope in the configuration, "
                + $"or write 'mmdet.{import.Constructor}'.");
            default: throw new PlanException($"{PythonText.Shown(import.Scope)}.{import.Constructor} with decay_type '{PythonText.Shown(type)}' has no recipe: write an IRecipe for it.");
        }

        return recipe with
        {
            LayerDecay = rate,
            LayerCount = depth,
            LearningRate = import.LearningRate,
            WeightDecay = import.WeightDecay,
            BackboneType = backbone,
            Parity = parity,
        };
    }

    private static int? Depth(MMEngineImport import) => ConfigValue.OptionalNumber(import.Options, "num_layers", "paramwise_cfg") switch
    {
        null => null,
        { } depth when depth is >= 1 and <= 100_000 && depth == Math.Floor(depth) => (int)depth,
        { } depth => throw new PlanException(FormattableString.Invariant($"paramwise_cfg.num_layers is {depth}: it must be a whole number of at least 1.")),
    };

    private static string? TypeOfBackbone(MMEngineImport import)
    {
        var type = (import.Source["model"] as ConfigMap)?["backbone"] is ConfigMap backbone ? backbone["type"] as string : null;
        return type?[(type.LastIndexOf('.') + 1)..];
    }

    private static MMPretrainBackbone? Backbone(MMEngineImport import) => TypeOfBackbone(import) switch
    {
        null => null,
        "VisionTransformer" or "ViTSAM" => MMPretrainBackbone.VisionTransformer,
        "BEiTViT" => MMPretrainBackbone.Beit,
        "HiViT" => MMPretrainBackbone.HiViT,
        "SwinTransformer" => MMPretrainBackbone.Swin,
        "ConvNeXt" => MMPretrainBackbone.ConvNeXt,
        "MixMIMTransformer" => MMPretrainBackbone.MixMim,
        "ResNet" => MMPretrainBackbone.ResNet,
        var type => throw new PlanException($"model.backbone.type '{PythonText.Shown(type)}' has no rule of layers in mmpretrain."),
    };
}
