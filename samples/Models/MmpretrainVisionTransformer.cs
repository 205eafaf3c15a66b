using LayerDecayGen;
using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>
/// mmpretrain's vision transformer: other names, and a final norm that belongs to the top. Its attributes serve both by itself and as the
/// backbone of <see cref="MmpretrainImageClassifier"/>.
/// </summary>
[LayerDecay(0.75)]
public sealed partial class MmpretrainVisionTransformer : Module<Tensor, Tensor>
{
    [Layer(0), NoWeightDecay] private readonly Parameter cls_token;
    [Layer(0), NoWeightDecay] private readonly Parameter pos_embed;
    [Layer(0)] private readonly PatchProjection patch_embed;
    [LayerStack] private readonly ModuleList<EncoderLayer> layers;
    [LastLayer] private readonly LayerNorm ln1;

    public MmpretrainVisionTransformer(ImagePatches patches, int width, int depth, int heads, bool layerScale = false) : base(nameof(MmpretrainVisionTransformer))
    {
        cls_token = new Parameter(randn(1, 1, width) * 0.02);
        pos_embed = new Parameter(randn(1, 1 + patches.Count, width) * 0.02);
        patch_embed = new PatchProjection(patches.Patch, width);
        layers = new ModuleList<EncoderLayer>([.. Enumerable.Range(0, depth).Select(_ => new EncoderLayer(width, heads, layerScale))]);
        ln1 = LayerNorm(width);
        RegisterComponents();
    }

    /// <summary>Images [n, 3, s, s] to the class token [n, width].</summary>
    public override Tensor forward(Tensor images)
    {
        var x = cat([cls_token.expand(images.shape[0], -1, -1), patch_embed.forward(images)], 1) + pos_embed;
        foreach (var layer in layers) x = layer.forward(x);
        return ln1.forward(x).select(1, 0);
    }

    /// <summary>A pre-norm transformer block.</summary>
    public sealed class EncoderLayer : Module<Tensor, Tensor>
    {
        private readonly LayerNorm ln1;
        private readonly Attention attn;
        private readonly LayerNorm ln2;
        private readonly FeedForward ffn;

        public EncoderLayer(int width, int heads, bool layerScale) : base(nameof(EncoderLayer))
        {
            ln1 = LayerNorm(width);
            attn = new Attention(width, heads, layerScale);
            ln2 = LayerNorm(width);
            ffn = new FeedForward(width, 4 * width, layerScale);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var attended = x + attn.forward(ln1.forward(x));
            return attended + ffn.forward(ln2.forward(attended));
        }
    }
}
