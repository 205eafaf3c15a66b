namespace LayerDecayGen.References;

/// <summary>The backbones of mmpretrain that know the depth of their parameters (<c>get_layer_depth</c>).</summary>
public enum MMPretrainBackbone
{
    /// <summary><c>VisionTransformer</c> and <c>ViTSAM</c>: stem, then <c>layers.N</c>.</summary>
    VisionTransformer,

    /// <summary><c>BEiTViT</c>: as <see cref="VisionTransformer"/>; a shared position bias has the head's depth.</summary>
    Beit,

    /// <summary><c>HiViT</c>: blocks are called <c>blocks</c>, which the reference does not know.</summary>
    HiViT,

    /// <summary><c>SwinTransformer</c>: every block of every stage is a layer.</summary>
    Swin,

    /// <summary><c>ConvNeXt</c>: 6 or 12 layers whatever the depth.</summary>
    ConvNeXt,

    /// <summary><c>MixMIMTransformer</c>: as Swin, with a neck.</summary>
    MixMim,

    /// <summary><c>ResNet</c> of the depths 50, 101, 152, 200 and 269.</summary>
    ResNet,
}

/// <summary>How many layers a backbone has, and which one a name is in: to the letter, or corrected.</summary>
/// <param name="Count">The number of layers, stem and head included.</param>
/// <param name="LiteralLayer">The layer of a name behind the prefix, as the reference reads it.</param>
/// <param name="CorrectedLayer">The layer that it means.</param>
internal sealed record LayerDepths(int Count, Func<string, int> LiteralLayer, Func<string, int> CorrectedLayer)
{
    /// <summary>How far below the head names that start with <c>neck</c> are, outside the backbone.</summary>
    public int NeckBelowHead { get; init; }

    /// <summary>What the literal rule asks of a whole name before it reads it; otherwise it is the stem.</summary>
    public string? WholeNameStart { get; init; }

    public int Literal(ParameterFact fact, string prefix) =>
        VitNames.Below(prefix, fact.Name) is not { } name ? Outside(fact)
        : WholeNameStart is { } start && !fact.Name.StartsWith(start, StringComparison.Ordinal) ? 0
        : LiteralLayer(name);

    public int Corrected(ParameterFact fact, string prefix) =>
        VitNames.Below(prefix, fact.Name) is { } name ? CorrectedLayer(name) : Outside(fact);

    private int Outside(ParameterFact fact) =>
        Count - 1 - (fact.Name.StartsWith("neck", StringComparison.Ordinal) ? NeckBelowHead : 0);

    /// <summary>A number where a name lies in a block of the backbone: how a prefix is found.</summary>
    public static int? Probe(MMPretrainBackbone backbone, string name) => backbone switch
    {
        MMPretrainBackbone.HiViT => VitNames.BlockOf(name, "blocks"),
        MMPretrainBackbone.Swin or MMPretrainBackbone.ConvNeXt => VitNames.BlockOf(name, "stages"),
        MMPretrainBackbone.ResNet => name.StartsWith("layer1.", StringComparison.Ordinal) ? 0 : null,
        _ => VitNames.BlockOf(name, "layers"),
    };

    public static LayerDepths Of(MMPretrainBackbone backbone, ModelFacts facts, string prefix)
    {
        // With a wrong prefix no name is the backbone's, but the backbone still knows how deep it is.
        var actual = VitNames.FindPrefix(facts, prefix, name => Probe(backbone, name));
        var names = facts.Parameters.Select(p => VitNames.Below(actual, p.Name)).OfType<string>().ToList();
        return backbone switch
        {
            MMPretrainBackbone.HiViT => HiViT(names),
            MMPretrainBackbone.Swin => Staged(names, "stages", name => Starts(name, "patch_embed"), 0),
            MMPretrainBackbone.MixMim => Staged(names, "layers", IsMixMimStem, 1),
            MMPretrainBackbone.ConvNeXt => ConvNeXt(names),
            MMPretrainBackbone.ResNet => ResNet(names),
            _ => Plain(names),
        };
    }

    private static LayerDepths Plain(List<string> names)
    {
        var count = Children(names, "layers") + 2;
        int Literal(string name) => name is "cls_token" or "pos_embed" || Starts(name, "patch_embed") ? 0
            : Starts(name, "layers") ? VitNames.Number(name, 1) + 1 : count - 1;
        return new(count, Literal, name => name == "mask_token" ? 0
            : Starts(name, "layers") ? VitNames.BlockOf(name, "layers") + 1 ?? count - 1 : Literal(name));
    }

    private static LayerDepths HiViT(List<string> names)
    {
        var count = Children(names, "blocks") + 2;
        return new(
            count,
            name => "pos_embed".Contains(name, StringComparison.Ordinal) || Starts(name, "patch_embed") ? 0
                : Starts(name, "layers") ? VitNames.Number(name, 1) + 1 : count - 1,
            name => name is "pos_embed" or "absolute_pos_embed" || Starts(name, "patch_embed") ? 0
                : VitNames.BlockOf(name, "blocks") + 1 ?? count - 1);
    }

    private static bool IsMixMimStem(string name) =>
        name.Contains("patch_embed", StringComparison.Ordinal) || name.Contains("pos_embed", StringComparison.Ordinal);

    // What a stage owns beside its blocks goes with its last block. MixMIM's final norm and neck stand one below the head.
    private static LayerDepths Staged(List<string> names, string stages, Func<string, bool> isStem, int belowHead)
    {
        var depths = StageDepths(names, name => name[0] == stages && name.Length > 3 && name[2] == "blocks", 1, 3);
        var count = depths.Sum() + 2;
        return new(count, name => IsUnread(name) ? throw Unread(name) : LayerOf(name), LayerOf) { NeckBelowHead = belowHead };

        int LayerOf(string name)
        {
            if (isStem(name)) return 0;
            if (!Starts(name, stages)) return count - 1 - belowHead;
            var stage = VitNames.Number(name, 1);
            return IsBlock(name.Split('.')) ? depths.Take(stage).Sum() + VitNames.Number(name, 3) + 1 : depths.Take(stage + 1).Sum();
        }

        bool IsUnread(string name) => name.Split('.') is var s && !isStem(name) && Starts(name, stages) && !IsBlock(s)
            && (s.Length <= 3 || s[3] is not ("reduction" or "norm" or "downsample"));

        static bool IsBlock(string[] segments) => segments.Length > 3 && VitNames.IsNumber(segments[3], out _);
    }

    private static LayerDepths ConvNeXt(List<string> names)
    {
        var depths = StageDepths(names, name => name[0] == "stages", 1, 2);
        var last = depths.Count > 1 && depths[^2] > 9 ? 12 : 6;
        return new(last + 2, Literal, name => Starts(name, "stages.2.") ? Math.Min(Literal(name), last - 1) : Literal(name));

        int Literal(string name)
        {
            var isBlock = Starts(name, "stages");
            if (!isBlock && !Starts(name, "downsample_layers")) return last + 1;
            var stage = VitNames.Number(name, 1);
            if (stage > 2) return last;
            if (!isBlock) return stage == 0 ? 0 : stage + 1;
            return stage < 2 ? stage + 1 : 3 + (VitNames.Number(name, 2) / 3);
        }
    }

    private static LayerDepths ResNet(List<string> names)
    {
        var depths = StageDepths(names, name => Starts(name[0], "layer"), 0, 1);
        var (second, third) = depths.Count < 3 ? (0, 0) : (depths[1], depths[2]) switch
        {
            (4, 6) or (4, 23) => (2, 3),
            (8, 36) or (24, 36) => (4, 4),
            (30, 48) => (5, 6),
            _ => (0, 0),
        };
        if (second == 0) throw new PlanException($"mmpretrain's rule for ResNet knows depths 50, 101, 152, 200 and 269; stages of {string.Join(", ", depths)} are none.");
        var (ofSecond, ofThird) = ((depths[1] + second - 1) / second, (depths[2] + third - 1) / third);
        var last = 2 + ofSecond + ofThird;
        return new(last + 2, LayerOf, name => Starts(name, "layer") ? LayerOf(name) : 0) { WholeNameStart = "backbone.layer" };

        int LayerOf(string name)
        {
            var block = VitNames.Number(name, 1);
            return name[5] switch { '1' => 1, '2' => 2 + (block / second), '3' => 2 + ofSecond + (block / third), _ => last };
        }
    }

    private static bool Starts(string name, string start) => name.StartsWith(start, StringComparison.Ordinal);

    private static int Children(List<string> names, string stack) =>
        1 + names.Select(name => VitNames.BlockOf(name, stack) ?? -1).DefaultIfEmpty(-1).Max();

    // How many blocks each stage has, stage and block being two of a name's segments ("layer3" counts from 1).
    private static List<int> StageDepths(List<string> names, Func<string[], bool> isBlock, int stageAt, int blockAt)
    {
        var depths = new List<int>();
        foreach (var segments in names.Select(name => name.Split('.')).Where(s => s.Length > blockAt && isBlock(s)))
        {
            var stage = Starts(segments[stageAt], "layer")
                ? VitNames.IsNumber(segments[stageAt]["layer".Length..], out var counted) ? counted - 1 : -1
                : VitNames.IsNumber(segments[stageAt], out var index) ? index : -1;
            if (stage < 0 || !VitNames.IsNumber(segments[blockAt], out var block)) continue;
            while (depths.Count <= stage) depths.Add(0);
            depths[stage] = Math.Max(depths[stage], block + 1);
        }

        return depths;
    }

    private static PlanException Unread(string name) => new($"'{name}' has no number where mmpretrain's rule reads one.");
}
