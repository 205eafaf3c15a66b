using LayerDecayGen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Digits.Models;

/// <summary>The size of a plain vision transformer.</summary>
internal sealed record VitSize(int Image, int Patch, int Width = 64, int Depth = 6, int Heads = 4)
{
    public int Patches => Image / Patch * (Image / Patch);

    public int PatchPixels => Patch * Patch;
}

/// <summary>
/// A vision transformer (Dosovitskiy et al. 2021) with timm's parameter names, so that its weights and its groups compare with Python's.
/// The attributes are all that layer decay needs.
/// </summary>
[LayerDecay(0.75)]
internal sealed partial class VisionTransformer : Module<Tensor, Tensor>
{
    [Layer(0), NoWeightDecay] private readonly Parameter cls_token;
    [Layer(0), NoWeightDecay] private readonly Parameter pos_embed;
    [Layer(0)] private readonly PatchEmbed patch_embed;
    [LayerStack] private readonly ModuleList<Block> blocks;
    [LastLayer] private readonly LayerNorm norm;
    [LastLayer] private readonly Linear head;

    public VisionTransformer(VitSize size, int classes) : base(nameof(VisionTransformer))
    {
        cls_token = new Parameter(randn(1, 1, size.Width) * 0.02);
        pos_embed = new Parameter(randn(1, 1 + size.Patches, size.Width) * 0.02);
        patch_embed = new PatchEmbed(size);
        blocks = new ModuleList<Block>([.. Enumerable.Range(0, size.Depth).Select(_ => new Block(size.Width, size.Heads))]);
        norm = LayerNorm(size.Width);
        head = Linear(size.Width, classes);
        RegisterComponents();
    }

    /// <summary>
    /// Images [n, 1, s, s] to class scores [n, classes], from the mean of all tokens: pre-training taught the patches more than the class
    /// token.
    /// </summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return head.forward(Encode(Tokens(images)).mean([1])).MoveToOuterDisposeScope();
    }

    /// <summary>Images [n, 1, s, s] to patch tokens with positions [n, patches, width].</summary>
    public Tensor Tokens(Tensor images) => patch_embed.forward(images) + pos_embed.narrow(1, 1, pos_embed.shape[1] - 1);

    /// <summary>Any number of patch tokens [n, t, width] to encoded tokens [n, 1 + t, width], the class token first.</summary>
    public Tensor Encode(Tensor tokens)
    {
        var x = cat([(cls_token + pos_embed.narrow(1, 0, 1)).expand(tokens.shape[0], -1, -1), tokens], 1);
        foreach (var block in blocks) x = block.forward(x);
        return norm.forward(x);
    }
}

/// <summary>Cuts images into patches and embeds each.</summary>
internal sealed class PatchEmbed : Module<Tensor, Tensor>
{
    private readonly Conv2d proj;

    public PatchEmbed(VitSize size) : base(nameof(PatchEmbed))
    {
        proj = Conv2d(1, size.Width, kernel_size: size.Patch, stride: size.Patch);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images) => proj.forward(images).flatten(2).transpose(1, 2);
}

/// <summary>A pre-norm transformer block.</summary>
internal sealed class Block : Module<Tensor, Tensor>
{
    private readonly LayerNorm norm1;
    private readonly Attention attn;
    private readonly LayerNorm norm2;
    private readonly Mlp mlp;

    public Block(int width, int heads) : base(nameof(Block))
    {
        norm1 = LayerNorm(width);
        attn = new Attention(width, heads);
        norm2 = LayerNorm(width);
        mlp = new Mlp(width, 4 * width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var attended = x + attn.forward(norm1.forward(x));
        return (attended + mlp.forward(norm2.forward(attended))).MoveToOuterDisposeScope();
    }
}

/// <summary>Multi-head self-attention with one matrix for queries, keys and values.</summary>
internal sealed class Attention : Module<Tensor, Tensor>
{
    private readonly Linear qkv;
    private readonly Linear proj;
    private readonly int _heads;

    public Attention(int width, int heads) : base(nameof(Attention))
    {
        _heads = heads;
        qkv = Linear(width, 3 * width);
        proj = Linear(width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var (n, t, width) = (x.shape[0], x.shape[1], x.shape[2]);
        var parts = qkv.forward(x).view(n, t, 3, _heads, width / _heads).permute(2, 0, 3, 1, 4).unbind(0);
        var mixed = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]);
        return proj.forward(mixed.transpose(1, 2).reshape(n, t, width));
    }
}

/// <summary>Two linear layers with GELU between.</summary>
internal sealed class Mlp : Module<Tensor, Tensor>
{
    private readonly Linear fc1;
    private readonly Linear fc2;

    public Mlp(int width, int hidden) : base(nameof(Mlp))
    {
        fc1 = Linear(width, hidden);
        fc2 = Linear(hidden, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => fc2.forward(functional.gelu(fc1.forward(x)));
}
