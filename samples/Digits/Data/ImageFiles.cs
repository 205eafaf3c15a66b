using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace Digits.Data;

/// <summary>A data set that is not there or not readable; the message is for the person at the prompt.</summary>
internal sealed class DataException(string message) : Exception(message);

/// <summary>
/// Reads image sets from files: the digits that come with the sample, and IDX folders as MNIST and Fashion-MNIST ship them.
/// </summary>
internal static class ImageFiles
{
    // Where Debian's package dataset-fashion-mnist puts its files.
    private const string FashionMnist = "/usr/share/datasets/fashion-mnist";

    public static ImageSet Load(string data) => data switch
    {
        "digits" => Digits(Path.Combine(AppContext.BaseDirectory, "data", "digits.csv.gz")),
        "fashion-mnist" when Directory.Exists(FashionMnist) => Idx("fashion-mnist", FashionMnist),
        "fashion-mnist" => throw new DataException($"--data fashion-mnist: no folder {FashionMnist}; install Debian's package dataset-fashion-mnist, or give --data the folder with the IDX files"),
        _ when Directory.Exists(data) => Idx(Path.GetFileName(Path.GetFullPath(data)), data),
        _ => throw new DataException($"--data {data}: neither 'digits' nor 'fashion-mnist' nor an existing folder with IDX files"),
    };

    private static ImageSet Digits(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        const int size = 8;
        List<byte> pixels = [], labels = [];
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            if (cells.Length != size * size + 1)
                throw new DataException($"{path}: line {labels.Count + 1} has {cells.Length} values, not {size * size + 1}");
            foreach (var cell in cells[..^1]) pixels.Add(byte.Parse(cell, CultureInfo.InvariantCulture));
            labels.Add(byte.Parse(cells[^1], CultureInfo.InvariantCulture));
        }

        return ImageSet.FromBytes("digits", [.. pixels], [.. labels], size);
    }

    private static ImageSet Idx(string name, string folder)
    {
        var (images, imageSizes) = ReadIdx(Find(folder, "train-images-idx3-ubyte"), 3);
        var (labels, labelSizes) = ReadIdx(Find(folder, "train-labels-idx1-ubyte"), 1);
        if (imageSizes[0] != labelSizes[0]) throw new DataException($"--data {folder}: {imageSizes[0]} images but {labelSizes[0]} labels");
        if (imageSizes[1] != imageSizes[2])
            throw new DataException($"--data {folder}: images are {imageSizes[1]} x {imageSizes[2]}; they must be square");
        return ImageSet.FromBytes(name, images, labels, imageSizes[1]);
    }

    private static string Find(string folder, string file)
    {
        var plain = Path.Combine(folder, file);
        if (File.Exists(plain)) return plain;
        if (File.Exists(plain + ".gz")) return plain + ".gz";
        throw new DataException($"--data {folder}: no file {file} or {file}.gz in it");
    }

    // The IDX format: two zero bytes, the type (8: unsigned byte), the number of dimensions, their sizes big-endian, then the values.
    private static (byte[] Values, int[] Sizes) ReadIdx(string path, int dimensions)
    {
        using Stream file = File.OpenRead(path);
        using var content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new BinaryReader(content);
        try
        {
            var header = reader.ReadBytes(4);
            if (header is not [0, 0, 8, var found] || found != dimensions)
                throw new DataException($"{path}: not an IDX file of bytes with {dimensions} dimensions");
            var sizes = new int[dimensions];
            for (var i = 0; i < dimensions; i++) sizes[i] = BinaryPrimitives.ReadInt32BigEndian(reader.ReadBytes(4));
            var values = reader.ReadBytes(sizes.Aggregate(1, (a, b) => checked(a * b)));
            if (values.Length != sizes.Aggregate(1, (a, b) => a * b)) throw new DataException($"{path}: shorter than its header says");
            return (values, sizes);
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException or ArgumentException)
        {
            throw new DataException($"{path}: {e.Message}");
        }
    }
}
