using LayerDecayGen.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Weights;

public sealed class PositionTableTests
{
    [Test]
    public void IsBicubicByItsDefinition([Values] bool antialias, [Values(0, 1, 5)] int prefix, [Values(3, 7, 14, 16)] int side)
    {
        manual_seed(side);
        const int old = 7, channels = 3;
        var table = randn(1, prefix + (old * old), channels);
        var resized = WeightAdapter.PositionTable(prefix, antialias).Convert(table, [1, prefix + (side * side), channels]);
        Assert.That(resized.shape, Is.EqualTo(new long[] { 1, prefix + (side * side), channels }));
        for (var c = 0; c < channels; c++)
        {
            for (var p = 0; p < prefix; p++) Assert.That(resized[0, p, c].item<float>(), Is.EqualTo(table[0, p, c].item<float>()));
            var source = new double[old, old];
            for (var i = 0; i < old * old; i++) source[i / old, i % old] = table[0, prefix + i, c].item<float>();
            var expected = side == old ? source : BicubicTable.Resize(source, side, side, antialias);
            for (var i = 0; i < side * side; i++)
                Assert.That(resized[0, prefix + i, c].item<float>(), Is.EqualTo(expected[i / side, i % side]).Within(1e-5), $"{i} of channel {c}");
        }
    }

    [Test]
    public void AStatedGridNeedNotBeSquareAndHalfPrecisionStays()
    {
        var table = arange(1 + (2 * 3), dtype: ScalarType.Float16).reshape(-1, 1);
        var resized = WeightAdapter.PositionTable(1, antialias: false, from: (2, 3), to: (4, 6)).Convert(table, [25, 1]);
        Assert.That(resized.dtype, Is.EqualTo(ScalarType.Float16));
        var expected = BicubicTable.Resize(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, 4, 6, antialias: false);
        for (var i = 0; i < 24; i++)
            Assert.That(resized[1 + i, 0].to(ScalarType.Float32).item<float>(), Is.EqualTo(expected[i / 6, i % 6]).Within(2e-3));
    }

    [TestCase(1, 8, 10, "the file's table has 8 positions, 1 of them before the grid, and 7 are no square")]
    [TestCase(1, 10, 8, "the model's table has 8 positions")]
    [TestCase(1, 1, 10, "0 are no square")]
    public void ATableWithoutAGridIsRefused(int prefix, int from, int to, string message) => Assert.That(
        () => WeightAdapter.PositionTable(prefix).Convert(zeros(1, from, 2), [1, to, 2]), Throws.ArgumentException.With.Message.Contains(message));
}
