using LayerDecayGen;
using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>
/// MMAction2's recognizer over a VideoMAE backbone: everything has the prefix <c>backbone.</c> or <c>cls_head.</c>, at which rules by bare
/// names lose layer decay without a word.
/// </summary>
[LayerDecay(0.75)]
public sealed partial class MMActionRecognizer : Module<Tensor, Tensor>
{
    private readonly VideoBackbone backbone;
    [LastLayer] private readonly RecognitionHead cls_head;

    public MMActionRecognizer(VideoTubes tubes, int width, int depth, int heads, int classes) : base(nameof(MMActionRecognizer))
    {
        backbone = new VideoBackbone(tubes, width, depth, heads);
        cls_head = new RecognitionHead(width, classes);
        RegisterComponents();
    }

    /// <summary>Clips [n, 3, t, s, s] to class scores [n, classes].</summary>
    public override Tensor forward(Tensor clips)
    {
        using var scope = NewDisposeScope();
        return cls_head.forward(backbone.forward(clips)).MoveToOuterDisposeScope();
    }

    /// <summary>MMAction2's VisionTransformer. It need not be partial: only the root is.</summary>
    public sealed class VideoBackbone : Module<Tensor, Tensor>
    {
        [Layer(0)] private readonly TubeProjection patch_embed;
        [LayerStack] private readonly ModuleList<Block> blocks;
        [LastLayer] private readonly LayerNorm fc_norm;

        public VideoBackbone(VideoTubes tubes, int width, int depth, int heads) : base(nameof(VideoBackbone))
        {
            patch_embed = new TubeProjection(tubes, width);
            blocks = new ModuleList<Block>([.. Enumerable.Range(0, depth).Select(_ => new Block(width, heads))]);
            fc_norm = LayerNorm(width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor clips)
        {
            var x = patch_embed.forward(clips);
            x = x + Sinusoid.Table(x.shape[1], x.shape[2], x.device);
            foreach (var block in blocks) x = block.forward(x);
            return fc_norm.forward(x.mean([1]));
        }
    }

    /// <summary>A pre-norm transformer block.</summary>
    public sealed class Block : Module<Tensor, Tensor>
    {
        private readonly LayerNorm norm1;
        private readonly QvBiasAttention attn;
        private readonly LayerNorm norm2;
        private readonly FeedForward mlp;

        public Block(int width, int heads) : base(nameof(Block))
        {
            norm1 = LayerNorm(width);
            attn = new QvBiasAttention(width, heads);
            norm2 = LayerNorm(width);
            mlp = new FeedForward(width, 4 * width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var attended = x + attn.forward(norm1.forward(x), null);
            return attended + mlp.forward(norm2.forward(attended));
        }
    }

    /// <summary>A linear head.</summary>
    public sealed class RecognitionHead : Module<Tensor, Tensor>
    {
        private readonly Linear fc_cls;

        public RecognitionHead(int width, int classes) : base(nameof(RecognitionHead))
        {
            fc_cls = Linear(width, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => fc_cls.forward(x);
    }
}
