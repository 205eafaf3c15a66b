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

/// <summary>The number of layers and the layer of every parameter, from 0 to one below it.</summary>
internal sealed record LayerDepthReading(int Count, Func<ParameterFact, int> LayerOf);

/// <summary>mmpretrain's rules from names to layers, literal or corrected.</summary>
internal static class LayerDepths
{
    public delegate void Correction(ParameterFact fact, string what);

    /// <summary>A number where a name lies in a block of the backbone: how a prefix is found.</summary>
    public static int? Probe(MMPretrainBackbone backbone, string name) => backbone switch
    {
        MMPretrainBackbone.HiViT => VitNames.BlockOf(name, "blocks"),
        MMPretrainBackbone.Swin or MMPretrainBackbone.ConvNeXt => VitNames.BlockOf(name, "stages"),
        MMPretrainBackbone.ResNet => name.StartsWith("layer1.", StringComparison.Ordinal) ? 0 : null,
        _ => VitNames.BlockOf(name, "layers"),
    };

    public static LayerDepthReading Read(MMPretrainBackbone backbone, ModelFacts facts, string prefix, bool parity, Correction corrected)
    {
        // With a wrong prefix no name is the backbone's, but the backbone still knows how deep it is.
        var actual = VitNames.FindPrefix(facts, prefix, name => Probe(backbone, name));
        var names = facts.Parameters.Select(p => VitNames.Below(actual, p.Name)).OfType<string>().ToList();
        return backbone switch
        {
            MMPretrainBackbone.HiViT => HiViT(names, prefix, parity, corrected),
            MMPretrainBackbone.Swin => Staged(names, prefix, "stages", name => name.StartsWith("patch_embed", StringComparison.Ordinal), 0, parity),
            MMPretrainBackbone.MixMim => Staged(names, prefix, "layers", IsMixMimStem, 1, parity),
            MMPretrainBackbone.ConvNeXt => ConvNeXt(names, prefix, parity, corrected),
            MMPretrainBackbone.ResNet => ResNet(names, prefix, parity),
            _ => Plain(names, prefix, parity, corrected),
        };
    }

    private static LayerDepthReading Plain(List<string> names, string prefix, bool parity, Correction corrected)
    {
        var count = Children(names, "layers") + 2;
        return new(count, fact =>
        {
            if (VitNames.Below(prefix, fact.Name) is not { } name) return count - 1;
            if (name is "cls_token" or "pos_embed" || name.StartsWith("patch_embed", StringComparison.Ordinal)) return 0;
            if (name.StartsWith("layers", StringComparison.Ordinal)) return Number(name, 1) + 1;
            if (parity || name != "mask_token") return count - 1;
            corrected(fact, "no stem for the reference; the stem here");
            return 0;
        });
    }

    private static LayerDepthReading HiViT(List<string> names, string prefix, bool parity, Correction corrected)
    {
        var count = Children(names, "blocks") + 2;
        return new(count, fact =>
        {
            if (VitNames.Below(prefix, fact.Name) is not { } name) return count - 1;
            var literal = "pos_embed".Contains(name, StringComparison.Ordinal) || name.StartsWith("patch_embed", StringComparison.Ordinal) ? 0
                : name.StartsWith("layers", StringComparison.Ordinal) ? Number(name, 1) + 1 : count - 1;
            if (parity) return literal;
            var layer = name is "pos_embed" or "absolute_pos_embed" || name.StartsWith("patch_embed", StringComparison.Ordinal) ? 0
                : VitNames.BlockOf(name, "blocks") + 1 ?? count - 1;
            if (layer != literal) corrected(fact, "at the wrong depth in the reference, which looks for other names than HiViT has");
            return layer;
        });
    }

    private static bool IsMixMimStem(string name) =>
        name.Contains("patch_embed", StringComparison.Ordinal) || name.Contains("pos_embed", StringComparison.Ordinal);

    // What a stage owns beside its blocks goes with its last block. MixMIM's final norm and neck stand one below the head.
    private static LayerDepthReading Staged(List<string> names, string prefix, string stages, Func<string, bool> isStem, int belowHead, bool parity)
    {
        var depths = StageDepths(names, name => name[0] == stages && name.Length > 3 && name[2] == "blocks", 1, 3);
        var count = depths.Sum() + 2;
        return new(count, fact =>
        {
            if (VitNames.Below(prefix, fact.Name) is not { } name)
            {
                return fact.Name.StartsWith("neck", StringComparison.Ordinal) ? count - 1 - belowHead : count - 1;
            }

            if (isStem(name)) return 0;
            if (!name.StartsWith(stages, StringComparison.Ordinal)) return count - 1 - belowHead;
            var segments = name.Split('.');
            var isBlock = segments.Length > 3 && VitNames.IsNumber(segments[3], out _);
            if (parity && !isBlock && (segments.Length <= 3 || segments[3] is not ("reduction" or "norm" or "downsample")))
                throw Unread(name);
            return isBlock ? depths.Take(Number(name, 1)).Sum() + Number(name, 3) + 1 : depths.Take(Number(name, 1) + 1).Sum();
        });
    }

    private static LayerDepthReading ConvNeXt(List<string> names, string prefix, bool parity, Correction corrected)
    {
        var depths = StageDepths(names, name => name[0] == "stages", 1, 2);
        var last = depths.Count > 1 && depths[^2] > 9 ? 12 : 6;
        return new(last + 2, fact =>
        {
            if (VitNames.Below(prefix, fact.Name) is not { } name) return last + 1;
            var isBlock = name.StartsWith("stages", StringComparison.Ordinal);
            if (!isBlock && !name.StartsWith("downsample_layers", StringComparison.Ordinal)) return last + 1;
            var stage = Number(name, 1);
            if (stage > 2) return last;
            if (!isBlock) return stage == 0 ? 0 : stage + 1;
            var layer = stage < 2 ? stage + 1 : 3 + (Number(name, 2) / 3);
            if (parity || layer < last) return layer;
            corrected(fact, "above the last stage in the reference, where scales can pass 1; one below it here");
            return last - 1;
        });
    }

    private static LayerDepthReading ResNet(List<string> names, string prefix, bool parity)
    {
        var depths = StageDepths(names, name => name[0].StartsWith("layer", StringComparison.Ordinal), 0, 1);
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
        return new(last + 2, fact =>
        {
            if (VitNames.Below(prefix, fact.Name) is not { } name) return last + 1;
            if (parity ? !fact.Name.StartsWith("backbone.layer", StringComparison.Ordinal) : !name.StartsWith("layer", StringComparison.Ordinal)) return 0;
            var block = Number(name, 1);
            return name[5] switch { '1' => 1, '2' => 2 + (block / second), '3' => 2 + ofSecond + (block / third), _ => last };
        });
    }

    private static int Children(List<string> names, string stack) =>
        1 + names.Select(name => VitNames.BlockOf(name, stack) ?? -1).DefaultIfEmpty(-1).Max();

    // How many blocks each stage has, stage and block being two of a name's segments ("layer3" counts from 1).
    private static List<int> StageDepths(List<string> names, Func<string[], bool> isBlock, int stageAt, int blockAt)
    {
        var depths = new List<int>();
        foreach (var segments in names.Select(name => name.Split('.')).Where(s => s.Length > blockAt && isBlock(s)))
        {
            var stage = segments[stageAt].StartsWith("layer", StringComparison.Ordinal)
                ? VitNames.IsNumber(segments[stageAt]["layer".Length..], out var counted) ? counted - 1 : -1
                : VitNames.IsNumber(segments[stageAt], out var index) ? index : -1;
            if (stage < 0 || !VitNames.IsNumber(segments[blockAt], out var block)) continue;
            while (depths.Count <= stage) depths.Add(0);
            depths[stage] = Math.Max(depths[stage], block + 1);
        }

        return depths;
    }

    private static int Number(string name, int segment)
    {
        var segments = name.Split('.');
        return segments.Length > segment && VitNames.IsNumber(segments[segment], out var number) ? number : throw Unread(name);
    }

    private static PlanException Unread(string name) => new($"'{name}' has no number where mmpretrain's rule reads one.");
}
