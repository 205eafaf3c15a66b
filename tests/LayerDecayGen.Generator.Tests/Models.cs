namespace LayerDecayGen.Generator.Tests;

/// <summary>Sources that several tests share.</summary>
internal static class Models
{
    public const string VisionTransformer = """
        namespace Zoo;

        public sealed class Block : Module<Tensor, Tensor>
        {
            [NoWeightDecay] private readonly Parameter gamma_1;
            private readonly Linear qkv;

            public Block() : base("Block")
            {
                gamma_1 = new Parameter(ones(4));
                qkv = Linear(4, 12);
                RegisterComponents();
            }

            public override Tensor forward(Tensor x) => qkv.forward(x) * gamma_1;
        }

        [LayerDecay(0.75)]
        public sealed partial class VisionTransformer : Module<Tensor, Tensor>
        {
            [Layer(0), NoWeightDecay] private readonly Parameter cls_token;
            [Layer(0), NoWeightDecay] private readonly Parameter pos_embed;
            [Layer(0)] private readonly Conv2d patch_embed;
            [LayerStack] private readonly ModuleList<Block> blocks;
            [PreviousLayer] private readonly LayerNorm fc_norm;
            [LastLayer] private readonly Linear head;

            public VisionTransformer() : base("VisionTransformer")
            {
                cls_token = new Parameter(zeros(1, 1, 4));
                pos_embed = new Parameter(zeros(1, 5, 4));
                patch_embed = Conv2d(1, 4, 2);
                blocks = new ModuleList<Block>(new Block(), new Block());
                fc_norm = LayerNorm(4);
                head = Linear(4, 10);
                RegisterComponents();
            }

            public override Tensor forward(Tensor x) => head.forward(fc_norm.forward(x));
        }
        """;
}
