namespace LayerDecayGen.Tests.Recipes;

/// <summary>
/// The recipe that stands for a golden case, the base rate of its groups, and the weight decay that the reference's optimizer fills in where a group has none.
/// </summary>
public sealed record GoldenRecipe(IRecipe Recipe, double BaseLearningRate = double.NaN, double? OptimizersWeightDecay = null);

/// <summary>Reads the inputs of each reference into the recipe of this library.</summary>
public static partial class GoldenRecipes
{
    private static readonly Dictionary<string, Func<GoldenCase, GoldenRecipe>> ByFile = new()
    {
        ["mae_param_groups_lrd"] = c => Mae(c.Inputs),
        ["beit_get_parameter_groups"] = c => Beit(c.Inputs),
        ["videomae_get_parameter_groups"] = c => VideoMae(c.Inputs, 1),
        ["videomaev2_get_parameter_groups"] = c => VideoMae(c.Inputs, 2),
        ["mmaction_custom_keys_from_layer_decay"] = c => Notebook(c.Inputs),
        ["mmengine_default_constructor"] = MMEngine,
        ["mmpretrain_layer_decay_constructor"] = MMPretrain,
        ["mmaction2_layer_decay_constructor"] = MMActionLayerDecay,
        ["mmaction2_swin_constructor"] = MMActionSwin,
        ["mmaction2_tsm_constructor"] = MMActionTsm,
        ["stmixer_optimizer"] = c => StMixer(c.Inputs),
        ["detectron2_default_optimizer_params"] = c => Detectron2(c.Inputs),
        ["timm_param_groups"] = c => Timm(c),
        ["mmdet_layer_decay_constructor"] = MMDet,
        ["mmdet_vitdet_layer_decay_constructor"] = MMDetViTDet,
        ["mmseg_layer_decay_constructor"] = MMSeg,
        ["transformers_trainer_groups"] = c => Transformers(c.Inputs),
        ["electra_layer_lrs"] = Electra,
    };

    public static string[] Files => [.. ByFile.Keys];

    public static GoldenRecipe For(GoldenCase golden) => ByFile.TryGetValue(golden.File, out var read)
        ? read(golden)
        : throw new AssertionException($"No recipe stands for the reference file '{golden.File}'.");
}
