using LayerDecayGen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Digits.Models;

/// <summary>
/// Pre-training without labels (He et al. 2022, "Masked Autoencoders Are Scalable Vision Learners"): the encoder sees some patches, a light
/// decoder guesses the pixels of the rest. The rate 1 means no layer decay: pre-training starts from nothing, and no layer has anything to
/// keep.
/// </summary>
[LayerDecay(1.0)]
internal sealed partial class MaskedAutoencoder : Module<Tensor, Tensor>
{
    private readonly VisionTransformer encoder;
    [LastLayer, NoWeightDecay] private readonly Parameter mask_token;
    [LastLayer, NoWeightDecay] private readonly Parameter decoder_pos_embed;
    [LastLayer] private readonly Linear decoder_embed;
    [LastLayer] private readonly Block decoder_block;
    [LastLayer] private readonly LayerNorm decoder_norm;
    [LastLayer] private readonly Linear decoder_pred;

    private readonly VitSize _size;
    private readonly double _maskRatio;

    public MaskedAutoencoder(VisionTransformer encoder, VitSize size, double maskRatio = 0.5) : base(nameof(MaskedAutoencoder))
    {
        (this.encoder, _size, _maskRatio) = (encoder, size, maskRatio);
        mask_token = new Parameter(randn(1, 1, size.Width) * 0.02);
        decoder_pos_embed = new Parameter(randn(1, size.Patches, size.Width) * 0.02);
        decoder_embed = Linear(size.Width, size.Width);
        decoder_block = new Block(size.Width, size.Heads);
        decoder_norm = LayerNorm(size.Width);
        decoder_pred = Linear(size.Width, size.PatchPixels);
        RegisterComponents();
    }

    /// <summary>Images [n, 1, s, s] to the mean squared error over the pixels of masked patches, a scalar.</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var tokens = encoder.Tokens(images);
        var (n, patches) = (tokens.shape[0], tokens.shape[1]);
        var visible = patches - (long)Math.Round(patches * _maskRatio);
        var order = rand(n, patches, device: images.device).argsort(1);
        var seen = encoder.Encode(Gather(tokens, order.narrow(1, 0, visible))).narrow(1, 1, visible);

        var filled = cat([decoder_embed.forward(seen), mask_token.expand(n, patches - visible, -1)], 1);
        var positions = Gather(decoder_pos_embed.expand(n, -1, -1), order);
        var guessed = decoder_pred.forward(decoder_norm.forward(decoder_block.forward(filled + positions)));
        var masked = order.narrow(1, visible, patches - visible);
        var error = guessed.narrow(1, visible, patches - visible) - Gather(Patches(images), masked);
        return error.square().mean().MoveToOuterDisposeScope();
    }

    /// <summary>Images [n, 1, s, s] to their patches' pixels [n, patches, pixels], in the order of the tokens.</summary>
    private Tensor Patches(Tensor images)
    {
        var (n, side) = (images.shape[0], _size.Image / _size.Patch);
        return images.view(n, side, _size.Patch, side, _size.Patch).permute(0, 1, 3, 2, 4).reshape(n, _size.Patches, _size.PatchPixels);
    }

    private static Tensor Gather(Tensor tokens, Tensor positions) =>
        tokens.gather(1, positions.unsqueeze(-1).expand(-1, -1, tokens.shape[2]));
}
