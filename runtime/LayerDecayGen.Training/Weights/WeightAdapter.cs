using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>What is done to one tensor of a file so that it fits the model's.</summary>
public abstract class WeightAdapter
{
    /// <summary>
    /// Exchanges the two dimensions of a matrix: ONNX's MatMul and TensorFlow's Dense keep linear weights as [in, out], TorchSharp as
    /// [out, in].
    /// </summary>
    public static WeightAdapter Transpose { get; } = new Function("transposed", (tensor, _) => tensor.dim() == 2
        ? tensor.t()
        : throw new ArgumentException($"only a matrix can be transposed, and this has {tensor.dim()} dimensions"));

    /// <summary>Takes the numbers in their order into the model's shape, as for a patch convolution kept as a matrix.</summary>
    public static WeightAdapter Reshape { get; } = new Function("reshaped", (tensor, shape) => tensor.reshape(shape));

    /// <summary>
    /// Resizes a table of absolute positions to another image size by bicubic interpolation: timm's <c>resample_abs_pos_embed</c>, and with
    /// <paramref name="antialias"/> false MAE's <c>interpolate_pos_embed</c>. Tables are [1, prefix + height * width, channels] or the same
    /// without the first dimension.
    /// </summary>
    /// <param name="prefixTokens">Positions before the grid that stay as they are: class, distillation and register tokens.</param>
    /// <param name="antialias">Whether to smooth before making the table smaller; also takes PIL's cubic, with -0.5 for -0.75.</param>
    /// <param name="from">Height and width of the file's grid in patches; null for a square.</param>
    /// <param name="to">Height and width of the model's grid in patches; null for a square.</param>
    public static WeightAdapter PositionTable(
        int prefixTokens = 1, bool antialias = true, (int Height, int Width)? from = null, (int Height, int Width)? to = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(prefixTokens);
        return new PositionTableAdapter(prefixTokens, antialias, from, to);
    }

    /// <summary>Any function.</summary>
    /// <param name="name">What it does, as a participle for the table: "split".</param>
    /// <param name="convert">Gets the file's tensor, in the file's dtype on the host, and the model's shape; returns one of that shape.</param>
    public static WeightAdapter Of(string name, Func<Tensor, long[], Tensor> convert)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(convert);
        return new Function(name, convert);
    }

    /// <summary>What it does, as a participle.</summary>
    public abstract string Name { get; }

    /// <summary>Makes a tensor of the model's shape.</summary>
    /// <param name="tensor">The file's tensor, on the host.</param>
    /// <param name="shape">The model's shape.</param>
    /// <exception cref="ArgumentException">The tensor is not of the kind that this adapts.</exception>
    public abstract Tensor Convert(Tensor tensor, long[] shape);

    private sealed class Function(string name, Func<Tensor, long[], Tensor> convert) : WeightAdapter
    {
        public override string Name => name;

        public override Tensor Convert(Tensor tensor, long[] shape) => convert(tensor, shape);
    }

    private sealed class PositionTableAdapter(int prefix, bool antialias, (int Height, int Width)? from, (int Height, int Width)? to) : WeightAdapter
    {
        public override string Name => "interpolated";

        public override Tensor Convert(Tensor tensor, long[] shape)
        {
            if (tensor.dim() != shape.Length || tensor.dim() is not (2 or 3) || tensor.shape[^1] != shape[^1] || (tensor.dim() == 3 && (tensor.shape[0] != 1 || shape[0] != 1)))
                throw new ArgumentException("a table of positions is [1, positions, channels] or [positions, channels], with as many channels in file and model");
            var table = tensor.dim() == 3 ? tensor[0] : tensor;
            var (old, now) = (Grid(table.shape[0], from, "file"), Grid(shape[^2], to, "model"));
            if (old == now) return tensor;
            var channels = table.shape[1];
            var grid = table.narrow(0, prefix, table.shape[0] - prefix).to(ScalarType.Float32)
                .reshape(1, old.Height, old.Width, channels).permute(0, 3, 1, 2);
            var resized = nn.functional.interpolate(
                grid, [now.Height, now.Width], mode: InterpolationMode.Bicubic, align_corners: false, antialias: antialias);
            var flat = resized.permute(0, 2, 3, 1).reshape(-1, channels).to(tensor.dtype);
            return cat([table.narrow(0, 0, prefix), flat], 0).reshape(shape);
        }

        private (int Height, int Width) Grid(long positions, (int Height, int Width)? stated, string where)
        {
            var cells = positions - prefix;
            var side = (int)Math.Round(Math.Sqrt(Math.Max(cells, 0)));
            var grid = stated ?? (side, side);
            if (cells > 0 && (long)grid.Height * grid.Width == cells) return grid;
            var fault = stated is null ? "no square: state the grid" : FormattableString.Invariant($"not {grid.Height} x {grid.Width}");
            throw new ArgumentException(FormattableString.Invariant(
                $"the {where}'s table has {positions} positions, {prefix} of them before the grid, and {cells} are {fault}"));
        }
    }
}
