namespace LayerDecayGen.References;

/// <summary>
/// One reference of the ViT family: how its code reads names and what it exempts from weight decay. Names are those behind the prefix;
/// a layer of null is the top.
/// </summary>
internal sealed record VitRow(string Name)
{
    private static readonly string[] AllTokens = ["cls_token", "mask_token", "pos_embed"];

    /// <summary>MAE, <c>util/lr_decay.py</c>: no mask token in the stem; only what has exactly one dimension is exempt.</summary>
    public static VitRow Mae { get; } = new("MAE")
    {
        LiteralLayer = name => IsStem(name, "cls_token", "pos_embed") ? 0 : LiteralBlock(name),
        IsExempt = fact => fact.Dimensions == 1,
        CountsTopLevelBlocks = true,
    };

    public static VitRow Beit { get; } = new("BEiT");

    public static VitRow Beit2 { get; } = new("BEiT-2") { IsExempt = fact => IsVectorOrBias(fact) || fact.Dimensions == 0 };

    public static VitRow Beit3 { get; } = new("BEiT-3")
    {
        LiteralLayer = Beit3Layer,
        CorrectedLayer = name => Beit3Block(name) + 1 ?? (IsAboveBeit3(name) ? null : Beit3Layer(name)),
        BlockOf = Beit3Block,
    };

    public static VitRow VideoMae { get; } = new("VideoMAE");

    public static VitRow VideoMae2 { get; } = new("VideoMAEv2") { IsExempt = IsVectorBiasOrScale };

    public static VitRow Notebook { get; } = new("MMAction notebook")
    {
        Prefix = "backbone.",
        IsExempt = IsVectorBiasOrScale,
        OneGroupPerParameter = true,
    };

    public static VitRow MMAction { get; } = new("MMAction2 layer decay") { Prefix = "backbone.", ScalesAboveTop = true };

    /// <summary>STMixer: names below <c>encoder.</c> count for patches and blocks, but not for tokens and position tables.</summary>
    public static VitRow StMixer { get; } = new("STMixer")
    {
        Inner = InEncoder,
        LiteralLayer = name => IsStem(name, AllTokens) || name.StartsWith("encoder.patch_embed", StringComparison.Ordinal) ? 0
            : LiteralBlock(name.StartsWith("encoder.blocks", StringComparison.Ordinal) ? InEncoder(name) : name),
        CorrectedLayer = name => IsStem(InEncoder(name), AllTokens) ? 0 : VitNames.BlockOf(InEncoder(name), "blocks") + 1,
        BlockOf = name => VitNames.BlockOf(InEncoder(name), "blocks"),
    };

    /// <summary>The prefix that the reference expects.</summary>
    public string Prefix { get; init; } = "";

    public Func<string, int?> LiteralLayer { get; init; } = name => IsStem(name, AllTokens) ? 0 : LiteralBlock(name);

    public Func<string, int?> CorrectedLayer { get; init; } =
        name => IsStem(name, AllTokens) ? 0 : VitNames.BlockOf(name, "blocks") + 1;

    /// <summary>The index of the block that holds a parameter; null outside blocks.</summary>
    public Func<string, int?> BlockOf { get; init; } = name => VitNames.BlockOf(name, "blocks");

    /// <summary>Whether the reference exempts a parameter from weight decay by shape or name.</summary>
    public Func<ParameterFact, bool> IsExempt { get; init; } = IsVectorOrBias;

    /// <summary>The name that an entry of a list means.</summary>
    public Func<string, string> Inner { get; init; } = name => name;

    public bool OneGroupPerParameter { get; init; }

    /// <summary>Whether the reference counts <c>model.blocks</c> and fails without them.</summary>
    public bool CountsTopLevelBlocks { get; init; }

    /// <summary>Whether a layer above the top gets a scale above 1 instead of failing.</summary>
    public bool ScalesAboveTop { get; init; }

    private static bool IsStem(string name, params string[] tokens) =>
        tokens.Contains(name) || name.StartsWith("patch_embed", StringComparison.Ordinal);

    private static int? LiteralBlock(string name) =>
        name.StartsWith("blocks", StringComparison.Ordinal) ? VitNames.Number(name, 1) + 1 : null;

    private static bool IsVectorOrBias(ParameterFact fact) =>
        fact.Dimensions == 1 || fact.Name.EndsWith(".bias", StringComparison.Ordinal);

    private static bool IsVectorBiasOrScale(ParameterFact fact) =>
        IsVectorOrBias(fact) || fact.Name.EndsWith(".scale", StringComparison.Ordinal);

    private static string InEncoder(string name) => VitNames.Below("encoder.", name) ?? name;

    private static int? Beit3Layer(string name)
    {
        if (name.Contains("embed", StringComparison.Ordinal) || name is "cls_token" or "mask_token") return 0;
        var at = name.IndexOf("layers.", StringComparison.Ordinal);
        if (at < 0 || name.StartsWith("rel_pos_bias", StringComparison.Ordinal)) return null;
        return VitNames.Number(name[at..], 1) + 1;
    }

    private static int? Beit3Block(string name)
    {
        var segments = name.Split('.');
        var at = Array.IndexOf(segments, "layers");
        return at >= 0 && at + 1 < segments.Length && VitNames.IsNumber(segments[at + 1], out var index) ? index : null;
    }

    private static bool IsAboveBeit3(string name) => name.Split('.').Any(s =>
        s.StartsWith("head", StringComparison.Ordinal) || s.StartsWith("decoder", StringComparison.Ordinal));
}
