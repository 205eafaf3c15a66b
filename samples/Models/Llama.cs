using LayerDecayGen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>The size of a LLaMA.</summary>
public sealed record LlamaSize(int Vocabulary, int Width, int Hidden, int Depth, int Heads);

/// <summary>
/// LLaMA (Touvron et al. 2023), a decoder, with the names of Hugging Face's transformers. The final norm and the head are the top.
/// </summary>
[LayerDecay(0.9)]
public sealed partial class LlamaForCausalLM : Module<Tensor, Tensor>
{
    private readonly LlamaModel model;
    [LastLayer] private readonly Linear lm_head;

    public LlamaForCausalLM(LlamaSize size) : base(nameof(LlamaForCausalLM))
    {
        model = new LlamaModel(size);
        lm_head = Linear(size.Width, size.Vocabulary, hasBias: false);
        RegisterComponents();
    }

    /// <summary>Token ids [n, t] of int64 to scores of the next token [n, t, vocabulary].</summary>
    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return lm_head.forward(model.forward(ids)).MoveToOuterDisposeScope();
    }

    /// <summary>The decoder without its head: token ids [n, t] to tokens [n, t, width].</summary>
    public sealed class LlamaModel : Module<Tensor, Tensor>
    {
        [Layer(0)] private readonly Embedding embed_tokens;
        [LayerStack] private readonly ModuleList<LlamaLayer> layers;
        [LastLayer] private readonly RmsNorm norm;

        public LlamaModel(LlamaSize size) : base(nameof(LlamaModel))
        {
            embed_tokens = Embedding(size.Vocabulary, size.Width);
            layers = new ModuleList<LlamaLayer>([.. Enumerable.Range(0, size.Depth).Select(_ => new LlamaLayer(size))]);
            norm = new RmsNorm(size.Width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor ids)
        {
            var x = embed_tokens.forward(ids);
            foreach (var layer in layers) x = layer.forward(x);
            return norm.forward(x);
        }
    }
}
