using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.Parts;

/// <summary>
/// Modules one after the other, of which residual blocks see the time as well; registered as <c>0</c>, <c>1</c> and so on.
/// </summary>
internal sealed class TimestepBlock(params nn.Module[] parts) : ModuleList<nn.Module>(parts)
{
    public Tensor Forward(Tensor x, Tensor time)
    {
        foreach (var part in this)
            x = part is ResidualBlock block ? block.forward(x, time) : ((Module<Tensor, Tensor>)part).forward(x);
        return x;
    }
}

/// <summary>Two convolutions beside a shortcut; the time shifts what is between them.</summary>
internal sealed class ResidualBlock : Module<Tensor, Tensor, Tensor>
{
    private readonly Sequential in_layers;
    private readonly Sequential emb_layers;
    private readonly Sequential out_layers;
    private readonly Conv2d? skip_connection;

    public ResidualBlock(int from, int to, int time) : base(nameof(ResidualBlock))
    {
        in_layers = Sequential(GroupNorms.Create(from), SiLU(), Conv2d(from, to, kernel_size: 3, padding: 1));
        emb_layers = Sequential(SiLU(), Linear(time, to));
        out_layers = Sequential(GroupNorms.Create(to), SiLU(), Dropout(0.1), Conv2d(to, to, kernel_size: 3, padding: 1));
        if (from != to) skip_connection = Conv2d(from, to, kernel_size: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor time)
    {
        var shifted = in_layers.forward(x) + emb_layers.forward(time).unsqueeze(-1).unsqueeze(-1);
        return out_layers.forward(shifted) + (skip_connection?.forward(x) ?? x);
    }
}

/// <summary>Attention over the places of an image, [n, width, h, w] to the same.</summary>
internal sealed class SpatialAttention : Module<Tensor, Tensor>
{
    private readonly GroupNorm norm;
    private readonly Conv1d qkv;
    private readonly Conv1d proj_out;

    public SpatialAttention(int width) : base(nameof(SpatialAttention))
    {
        norm = GroupNorms.Create(width);
        qkv = Conv1d(width, 3 * width, kernel_size: 1);
        proj_out = Conv1d(width, width, kernel_size: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var places = qkv.forward(norm.forward(x).flatten(2)).transpose(1, 2);
        var mixed = Heads.Attend(Heads.SplitThree(places, heads: 1)).transpose(1, 2);
        return x + proj_out.forward(mixed).view(x.shape);
    }
}

/// <summary>Halves the sides by a strided convolution.</summary>
internal sealed class Downsampling : Module<Tensor, Tensor>
{
    private readonly Conv2d op;

    public Downsampling(int width) : base(nameof(Downsampling))
    {
        op = Conv2d(width, width, kernel_size: 3, stride: 2, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => op.forward(x);
}

/// <summary>Doubles the sides by repetition and convolves.</summary>
internal sealed class Upsampling : Module<Tensor, Tensor>
{
    private readonly Conv2d conv;

    public Upsampling(int width) : base(nameof(Upsampling))
    {
        conv = Conv2d(width, width, kernel_size: 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => conv.forward(functional.interpolate(x, scale_factor: [2, 2]));
}

/// <summary>Group norms that begin as the identity.</summary>
internal static class GroupNorms
{
    /// <summary>
    /// A norm of four groups of channels. TorchSharp 0.107 leaves a new one's weight and bias as the memory was, so they are set here.
    /// </summary>
    public static GroupNorm Create(int width)
    {
        var norm = GroupNorm(4, width);
        init.ones_(norm.weight);
        init.zeros_(norm.bias!);
        return norm;
    }
}
