using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>The size of a U-Net: channels double from one resolution to the next.</summary>
/// <param name="Channels">The channels of the images.</param>
/// <param name="Width">The channels at full resolution; a multiple of 4.</param>
/// <param name="Resolutions">The number of resolutions; sides are divided by two between them.</param>
/// <param name="Depth">The residual blocks of each resolution on the way down; one more on the way up.</param>
public sealed record UNetSize(int Channels, int Width, int Resolutions, int Depth);

/// <summary>
/// The U-Net of guided diffusion (Dhariwal and Nichol 2021) with its names. It says nothing of layers: <see cref="SequentialUNet"/> and
/// <see cref="ParallelUNet"/> do, in two ways.
/// </summary>
public abstract class DiffusionUNet : Module<Tensor, Tensor, Tensor>
{
    private readonly Sequential time_embed;
    private readonly ModuleList<TimestepBlock> input_blocks = new();
    private readonly TimestepBlock middle_block;
    private readonly ModuleList<TimestepBlock> output_blocks = new();
    private readonly Sequential @out;
    private readonly UNetSize _size;

    private protected DiffusionUNet(string name, UNetSize size) : base(name)
    {
        _size = size;
        var time = 4 * size.Width;
        time_embed = Sequential(Linear(size.Width, time), SiLU(), Linear(time, time));
        var skips = AddInputBlocks(size, time);
        var widest = skips.Peek();
        middle_block = new TimestepBlock(new ResidualBlock(widest, widest, time), new SpatialAttention(widest), new ResidualBlock(widest, widest, time));
        AddOutputBlocks(size, time, skips);
        @out = Sequential(GroupNorms.Create(size.Width), SiLU(), Conv2d(size.Width, size.Channels, kernel_size: 3, padding: 1));
        RegisterComponents();
    }

    /// <summary>Noisy images [n, channels, s, s] and their times [n] to the noise, [n, channels, s, s].</summary>
    public override Tensor forward(Tensor images, Tensor times)
    {
        using var scope = NewDisposeScope();
        var time = time_embed.forward(Frequencies(times, _size.Width));
        var skips = new Stack<Tensor>();
        var x = images;
        foreach (var block in input_blocks) skips.Push(x = block.Forward(x, time));
        x = middle_block.Forward(x, time);
        foreach (var block in output_blocks) x = block.Forward(cat([x, skips.Pop()], 1), time);
        return @out.forward(x).MoveToOuterDisposeScope();
    }

    // The channels that each input block hands over to the way up.
    private Stack<int> AddInputBlocks(UNetSize size, int time)
    {
        var skips = new Stack<int>([size.Width]);
        input_blocks.Add(new TimestepBlock(Conv2d(size.Channels, size.Width, kernel_size: 3, padding: 1)));
        for (var resolution = 0; resolution < size.Resolutions; resolution++)
        {
            if (resolution > 0)
            {
                input_blocks.Add(new TimestepBlock(new Downsampling(skips.Peek())));
                skips.Push(skips.Peek());
            }

            for (var i = 0; i < size.Depth; i++)
            {
                input_blocks.Add(new TimestepBlock(new ResidualBlock(skips.Peek(), size.Width << resolution, time)));
                skips.Push(size.Width << resolution);
            }
        }

        return skips;
    }

    private void AddOutputBlocks(UNetSize size, int time, Stack<int> skips)
    {
        var from = skips.Peek();
        for (var resolution = size.Resolutions - 1; resolution >= 0; resolution--)
            for (var i = 0; i <= size.Depth; i++)
            {
                var to = size.Width << resolution;
                var block = new ResidualBlock(from + skips.Pop(), to, time);
                output_blocks.Add(resolution > 0 && i == size.Depth ? new TimestepBlock(block, new Upsampling(to)) : new TimestepBlock(block));
                from = to;
            }
    }

    private static Tensor Frequencies(Tensor times, int width)
    {
        var half = width / 2;
        var frequency = exp(arange(half, dtype: float32, device: times.device) * (-Math.Log(10000) / half));
        var angle = times.to(float32).unsqueeze(1) * frequency;
        return cat([angle.cos(), angle.sin()], 1);
    }
}
