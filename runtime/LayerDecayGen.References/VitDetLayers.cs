namespace LayerDecayGen.References;

/// <summary>
/// ViTDet's layers by name: a dot must stand before <c>pos_embed</c>, <c>patch_embed</c> and <c>blocks</c>, and residual blocks are new.
/// </summary>
internal sealed class VitDetLayers
{
    private readonly bool _parity;
    private readonly double _rate;
    private readonly int _depth;
    private readonly ModelFacts _facts;
    private readonly bool _isDeclared;
    private readonly bool _hasBackbone;
    private readonly Notes _notes;

    public VitDetLayers(Detectron2Recipe recipe, ModelFacts facts, Notes notes)
    {
        _parity = recipe.Parity;
        _rate = recipe.LayerDecay!.Value;
        _facts = facts;
        _notes = notes;
        _isDeclared = !_parity && facts.Parameters.Any(p => p.Layer is not null);
        _hasBackbone = facts.Parameters.Any(p => p.Name.StartsWith("backbone", StringComparison.Ordinal));
        var counted = 1 + facts.Parameters.Select(p => BlockOf("." + p.Name) ?? -1).DefaultIfEmpty(-1).Max();
        _depth = _isDeclared ? facts.LastLayer() - 1 : _parity ? recipe.Depth ?? counted : counted;
        if (!_parity && !_isDeclared && recipe.Depth is { } stated && stated != counted)
        {
            notes.Add($"detectron2: Depth says {stated} blocks, the model has {counted}; scales follow the model, where the reference gives wrong ones, even above 1.");
        }
    }

    public double ScaleOf(int layer) => Math.Pow(_rate, _depth + 1 - layer);

    public int LayerOf(ParameterFact fact)
    {
        if (_isDeclared) return _facts.LayerOf(fact);
        var text = fact.Name.Contains('.', StringComparison.Ordinal) ? fact.Name : "." + fact.Name;
        var literal = text.StartsWith("backbone", StringComparison.Ordinal) ? LiteralLayer(text) : _depth + 1;
        if (_parity) return literal;
        var layer = _hasBackbone && !text.StartsWith("backbone", StringComparison.Ordinal) ? _depth + 1 : CorrectedLayer("." + fact.Name);
        if (layer != literal) _notes.AddNamed("detectron2: at scale 1 in the reference, which misses the name", fact.Name);
        return layer;
    }

    private int LiteralLayer(string text)
    {
        if (Has(text, ".pos_embed") || Has(text, ".patch_embed")) return 0;
        if (!Has(text, ".blocks.") || Has(text, ".residual.")) return _depth + 1;
        return BlockOf(text) + 1 ?? throw new PlanException($"'{text}' has no number behind '.blocks.': the reference fails on it.");
    }

    private int CorrectedLayer(string text)
    {
        if (Has(text, ".cls_token") || Has(text, ".pos_embed") || Has(text, ".patch_embed")) return 0;
        return Has(text, ".residual.") ? _depth + 1 : BlockOf(text) + 1 ?? _depth + 1;
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.Ordinal);

    private static int? BlockOf(string text)
    {
        const string blocks = ".blocks.";
        var at = text.IndexOf(blocks, StringComparison.Ordinal);
        return at >= 0 && VitNames.IsNumber(text[(at + blocks.Length)..].Split('.')[0], out var index) ? index : null;
    }
}
