using TorchSharp;
using static TorchSharp.torch;

namespace Digits.Data;

/// <summary>
/// Grey images with labels. Pixels are [images, 1, size, size], scaled to mean 0 and deviation 1 over the set; labels are [images].
/// </summary>
internal sealed record ImageSet(string Name, Tensor Pixels, Tensor Labels, int Classes) : IDisposable
{
    public int Count => (int)Pixels.shape[0];

    public int Size => (int)Pixels.shape[2];

    /// <summary>Makes a set from bytes, row by row.</summary>
    public static ImageSet FromBytes(string name, byte[] pixels, byte[] labels, int size)
    {
        using var scope = NewDisposeScope();
        var raw = tensor(pixels, ScalarType.Byte).to(ScalarType.Float32).view(-1, 1, size, size);
        var scaled = (raw - raw.mean()) / raw.std();
        var classes = labels.Max() + 1;
        return new ImageSet(name, scaled.MoveToOuterDisposeScope(), tensor(labels, ScalarType.Byte).to(ScalarType.Int64).MoveToOuterDisposeScope(), classes);
    }

    /// <summary>The images at some positions.</summary>
    public ImageSet Take(IEnumerable<int> positions)
    {
        using var index = tensor(positions.Select(p => (long)p).ToArray());
        return this with { Pixels = Pixels[index], Labels = Labels[index] };
    }

    /// <summary>
    /// Splits a set at random but fixed by the seed: some labelled images to fine-tune on, and held-out ones that no phase sees with a
    /// label.
    /// </summary>
    public (ImageSet Labelled, ImageSet HeldOut) Split(int labelled, int seed)
    {
        var order = Enumerable.Range(0, Count).ToArray();
        new Random(seed).Shuffle(order);
        return (Take(order.Take(labelled)), Take(order.Skip(labelled)));
    }

    /// <summary>The same images on a device.</summary>
    public ImageSet To(Device device) => this with { Pixels = Pixels.to(device), Labels = Labels.to(device) };

    public void Dispose()
    {
        Pixels.Dispose();
        Labels.Dispose();
    }
}
