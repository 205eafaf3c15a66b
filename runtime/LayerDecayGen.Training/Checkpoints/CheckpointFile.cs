using System.Buffers.Binary;
using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>
/// The file: eight letters, the length of the table of contents, the table as JSON, the tensors' bytes in little-endian order, and the
/// SHA-256 of all that. It is written beside its place and renamed into it, so that a crash leaves the old file or the new one.
/// </summary>
internal static class CheckpointFile
{
    private const int HashBytes = 32;
    private const long ElementsPerPiece = 1 << 24;
    private static readonly byte[] Magic = "LDGCKPT1"u8.ToArray();

    public static void Write(string path, CheckpointManifest manifest, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        foreach (var (name, tensor) in tensors)
        {
            var bytes = tensor.numel() * tensor.element_size();
            manifest.Tensors.Add(name, new(tensor.dtype.ToString(), tensor.shape, manifest.DataBytes, bytes));
            manifest.DataBytes += bytes;
        }

        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var beside = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.Write)) Write(stream, manifest, tensors);
            File.Move(beside, full, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    private static void Write(FileStream stream, CheckpointManifest manifest, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        }

        var table = manifest.ToBytes();
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, table.Length);
        Put(Magic);
        Put(length);
        Put(table);
        foreach (var (_, tensor) in tensors)
        {
            using var scope = NewDisposeScope();
            foreach (var piece in Pieces(tensor.detach().cpu().contiguous())) Put(piece.bytes);
        }

        stream.Write(hash.GetHashAndReset());
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Reads the table of contents after checking length and checksum of the whole file.</summary>
    public static CheckpointManifest Verify(FileStream stream, out long data)
    {
        var head = new byte[Magic.Length + 8];
        if (stream.Length < head.Length + HashBytes) throw new CheckpointException($"{stream.Name} is too short to be a checkpoint.");
        stream.ReadExactly(head);
        if (!head.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new CheckpointException($"{stream.Name} is no checkpoint of LayerDecayGen.");
        var tableBytes = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(Magic.Length));
        if (tableBytes < 0 || tableBytes > stream.Length - head.Length - HashBytes)
            throw Damaged(stream.Name, "its table of contents is cut off");
        VerifyHash(stream);
        stream.Position = head.Length;
        var table = new byte[tableBytes];
        stream.ReadExactly(table);
        var manifest = CheckpointManifest.Parse(table);
        data = head.Length + tableBytes;
        return data + manifest.DataBytes + HashBytes == stream.Length ? manifest : throw Damaged(stream.Name, "its length is not the stated one");
    }

    private static void VerifyHash(FileStream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        stream.Position = 0;
        for (var left = stream.Length - HashBytes; left > 0;)
        {
            var read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        var stated = new byte[HashBytes];
        stream.ReadExactly(stated);
        if (!stated.AsSpan().SequenceEqual(hash.GetHashAndReset())) throw Damaged(stream.Name, "its checksum does not agree");
    }

    /// <summary>Reads a tensor onto the host.</summary>
    public static Tensor Read(FileStream stream, long data, TensorEntry entry)
    {
        var tensor = empty(entry.Shape, dtype: Enum.Parse<ScalarType>(entry.Dtype));
        stream.Position = data + entry.Offset;
        using var scope = NewDisposeScope();
        foreach (var piece in Pieces(tensor)) stream.ReadExactly(piece.bytes);
        return tensor;
    }

    // A span holds two gigabytes at most.
    private static IEnumerable<Tensor> Pieces(Tensor contiguous)
    {
        var flat = contiguous.view(-1);
        for (var at = 0L; at < flat.numel(); at += ElementsPerPiece)
            yield return flat.narrow(0, at, Math.Min(ElementsPerPiece, flat.numel() - at));
    }

    private static CheckpointException Damaged(string path, string how) =>
        new($"The checkpoint {path} is damaged: {how}. Nothing was loaded; use an earlier one.");
}
