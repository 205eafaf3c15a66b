using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>
/// The backbone of ConvNeXt (Liu et al. 2022) with mmpretrain's names; its layers depend on its depth, so that the roots state them.
/// </summary>
public sealed class ConvNeXt : Module<Tensor, Tensor>
{
    private readonly ModuleList<Sequential> downsample_layers = new();
    private readonly ModuleList<ModuleList<ConvNeXtBlock>> stages = new();
    private readonly LayerNorm norm3;

    /// <param name="widths">The channels of the four stages.</param>
    /// <param name="depths">The number of blocks of the four stages.</param>
    /// <param name="responseNorm">Whether blocks have version 2's response normalization, in place of a learned scale.</param>
    public ConvNeXt(int[] widths, int[] depths, bool responseNorm) : base(nameof(ConvNeXt))
    {
        for (var stage = 0; stage < 4; stage++)
        {
            var width = widths[stage];
            downsample_layers.Add(stage == 0
                ? Sequential(Conv2d(3, width, kernel_size: 4, stride: 4), new LayerNorm2d(width))
                : Sequential(new LayerNorm2d(widths[stage - 1]), Conv2d(widths[stage - 1], width, kernel_size: 2, stride: 2)));
            stages.Add(new ModuleList<ConvNeXtBlock>([.. Enumerable.Range(0, depths[stage]).Select(_ => new ConvNeXtBlock(width, responseNorm))]));
        }

        norm3 = LayerNorm(widths[3]);
        RegisterComponents();
    }

    /// <summary>Images [n, 3, s, s] to features [n, width].</summary>
    public override Tensor forward(Tensor images)
    {
        var x = images;
        for (var stage = 0; stage < 4; stage++)
        {
            x = downsample_layers[stage].forward(x);
            foreach (var block in stages[stage]) x = block.forward(x);
        }

        return norm3.forward(x.mean([2, 3]));
    }
}
