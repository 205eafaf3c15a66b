namespace LayerDecayGen.References;

/// <summary>
/// mmdetection's layer decay for ConvNeXt: open-mmlab/mmdetection, <c>mmdet/engine/optimizers/layer_decay_optimizer_constructor.py</c>,
/// <c>LearningRateDecayOptimizerConstructor</c>.
/// </summary>
public record MMDetLayerDecayRecipe : LayerDecayConstructorRecipe
{
    /// <summary>
    /// <c>decay_type</c>: <c>layer_wise</c>, or <c>stage_wise</c> for one layer per stage. The reference takes any text with the first in it.
    /// </summary>
    public string DecayType { get; init; } = "layer_wise";

    /// <inheritdoc/>
    public override string Name => "mmdetection layer decay";

    private protected bool IsLayerWise => DecayType.Contains("layer_wise", StringComparison.Ordinal);

    internal override Func<string, int> LiteralLayers(ModelFacts facts, int count)
    {
        var type = BackboneTypes.Of(facts, BackboneType);
        if (type is null && !facts.Parameters.Any(p => Starts(p.Name, Backbone)))
            throw new PlanException($"{facts.ModelName} has no member 'backbone': the reference fails without it.");
        CheckDecayType("the reference knows no such type and fails.");
        return LiteralLayers(type, count);
    }

    internal virtual Func<string, int> LiteralLayers(string? backboneType, int count)
    {
        BackboneTypes.Require(backboneType, "ConvNeXt");
        return IsLayerWise ? name => LayerWise(name, count) : name => StageWise(name, count);
    }

    internal override (int Last, Func<string, int> LayerOf) CorrectedLayers(IReadOnlyList<string> names)
    {
        CheckDecayType("set it to layer_wise or stage_wise.");
        var blocks = names.Select(n => n.Split('.')).Where(s => s.Length > 2 && s[0] == "stages")
            .Select(s => (Stage: NumberOr(s[1], -1), Block: NumberOr(s[2], -1))).ToArray();
        var stages = 1 + blocks.Select(b => b.Stage).DefaultIfEmpty(-1).Max();
        // Three blocks of the long third stage are a layer; every other stage is one.
        var ofThird = IsLayerWise ? (blocks.Where(b => b.Stage == 2).Select(b => b.Block).DefaultIfEmpty(0).Max() / 3) + 1 : 1;
        var last = stages + (stages > 2 ? ofThird - 1 : 0) + 1;
        return (last, name =>
        {
            var parts = name.Split('.');
            var stage = parts[0] is "stages" or "downsample_layers" ? NumberOr(parts.ElementAtOrDefault(1), -1)
                : Starts(parts[0], "norm") ? NumberOr(parts[0]["norm".Length..], -1) : -1;
            if (stage < 0) return IsToken(name) ? 0 : last;
            if (parts[0] == "downsample_layers" && (stage == 0 || !IsLayerWise)) return 0;
            var block = parts[0] == "stages" ? NumberOr(parts.ElementAtOrDefault(2), 0) / 3 : Starts(parts[0], "norm") ? ofThird - 1 : 0;
            return stage + 1 + (stage == 2 && IsLayerWise ? block : stage > 2 ? ofThird - 1 : 0);
        }
        );
    }

    internal override int? BlockProbe(string name) => VitNames.BlockOf(name, "stages");

    private protected void CheckDecayType(string what)
    {
        if (!IsLayerWise && DecayType != "stage_wise") throw new PlanException($"{nameof(DecayType)} is '{DecayType}': {what}");
    }

    private protected static int LayerWise(string name, int count)
    {
        if (IsBackboneToken(name)) return 0;
        var isBlock = Starts(name, "backbone.stages");
        if (!isBlock && !Starts(name, "backbone.downsample_layers")) return count + 1;
        var (stage, block) = (VitNames.Number(name, 2), isBlock ? VitNames.Number(name, 3) : 0);
        return (stage, isBlock) switch
        {
            (0, false) => 0,
            (0 or 1, _) => stage + 1,
            (2, _) => 3 + (block / 3),
            (3, _) => count,
            _ => throw new PlanException($"'{name}' is in stage {stage}: the reference knows stages 0 to 3 and fails."),
        };
    }

    private protected static int StageWise(string name, int count) =>
        IsBackboneToken(name) || Starts(name, "backbone.downsample_layers") ? 0
        : Starts(name, "backbone.stages") ? VitNames.Number(name, 2) + 1 : count + 1;

    private protected static bool IsBackboneToken(string name) => VitNames.Below(Backbone, name) is { } below && IsToken(below);

    private static int NumberOr(string? text, int otherwise) => VitNames.IsNumber(text ?? "", out var number) ? number : otherwise;
}

/// <summary>
/// mmdetection's layer decay for ViTDet: open-mmlab/mmdetection, <c>projects/ViTDet/vitdet/layer_decay_optimizer_constructor.py</c>,
/// <c>LayerDecayOptimizerConstructor</c>. Norms and position tables are not decayed; biases are.
/// </summary>
public sealed record MMDetViTDetRecipe : LayerDecayConstructorRecipe
{
    /// <inheritdoc/>
    public override string Name => "mmdetection ViTDet";

    internal override Func<string, int> LiteralLayers(ModelFacts facts, int count) => name =>
        !Starts(name, "backbone") ? count + 1
        : name.Contains("pos_embed", StringComparison.Ordinal) || name.Contains("patch_embed", StringComparison.Ordinal) ? 0
        : name.Contains(".blocks.", StringComparison.Ordinal) ? VitNames.Number(name, 2) + 1
        : count + 1;

    internal override string LiteralKind(string name, ParameterFact fact) =>
        Starts(name, "backbone.blocks") && name.Contains("norm", StringComparison.Ordinal) ? "no_decay"
        : name.Contains("pos_embed", StringComparison.Ordinal) ? "no_decay_pos_embed" : "decay";

    internal override bool IsExempt(ParameterFact fact) => ModuleTypes.IsNorm(fact.Owner) || fact.Role == ParameterRole.Norm
        || fact.Name.Split('.').Any(s => s is "pos_embed" || (Starts(s, "norm") && VitNames.IsNumber(s["norm".Length..].PadLeft(1, '0'), out _)));

    internal override (int Last, Func<string, int> LayerOf) CorrectedLayers(IReadOnlyList<string> names)
    {
        var last = 2 + names.Select(n => BlockProbe(n) ?? -1).DefaultIfEmpty(-1).Max();
        return (last, name => BlockProbe(name) + 1 ?? (IsToken(name) || Starts(name, "patch_embed") ? 0 : last));
    }

    internal override int? BlockProbe(string name) => VitNames.BlockOf(name, "blocks");
}
