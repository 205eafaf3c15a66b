using TorchSharp;
using static TorchSharp.torch;

namespace ModelZoo.Parts;

/// <summary>
/// The fixed table of positions of Vaswani et al. 2017, which VideoMAE adds to its tokens and does not keep in its state.
/// </summary>
internal static class Sinusoid
{
    /// <summary>Sines in the even columns and cosines in the odd ones, [1, places, width].</summary>
    public static Tensor Table(long places, long width, Device device)
    {
        var position = arange(places, dtype: float32, device: device).unsqueeze(1);
        var column = arange(width, dtype: int64, device: device);
        var frequency = exp(column.div(2, RoundingMode.floor).to(float32) * (-2 * Math.Log(10000) / width));
        var angle = position * frequency;
        return where(column.remainder(2).eq(0), angle.sin(), angle.cos()).unsqueeze(0);
    }
}
