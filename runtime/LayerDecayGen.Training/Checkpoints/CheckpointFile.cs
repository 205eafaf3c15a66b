using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>
/// A checkpoint on the disk: a safetensors file whose metadata holds a SHA-256 first, and then a text for each part. The sum is that of the
/// whole file with zeros where the sum itself stands.
/// </summary>
internal static class CheckpointFile
{
    public const string PartKey = "part/";
    private const string VersionKey = "layerdecaygen";
    private const string Version = "1";
    private const int SumLetters = 64;
    private static readonly byte[] s_start = Encoding.UTF8.GetBytes("{\"__metadata__\":{\"sha256\":\"");
    private static readonly byte[] s_zeros = Encoding.UTF8.GetBytes(new string('0', SumLetters));
    private static readonly byte[] s_oldMagic = "LDGCKPT1"u8.ToArray();

    private static long SumAt => 8 + s_start.Length;

    public static void Write(string path, IReadOnlyList<PartWriter> parts, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> more)
    {
        List<KeyValuePair<string, string>> metadata =
        [
            new("sha256", Encoding.UTF8.GetString(s_zeros)), new("format", "pt"), new(VersionKey, Version),
            .. more, .. names.Zip(parts, (name, part) => KeyValuePair.Create(PartKey + name, part.Text)),
        ];
        var contents = SafetensorsWriter.Contents.Of(parts.SelectMany(p => p.Tensors), metadata);
        ReplacedFile.Write(path, stream =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            contents.WriteTo(stream, hash);
            stream.Position = SumAt;
            stream.Write(Encoding.UTF8.GetBytes(Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant()));
        });
    }

    /// <summary>Opens a checkpoint and checks header, version and sum.</summary>
    /// <exception cref="CheckpointException">It is no whole checkpoint.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafetensorsFile? file = null;
        try
        {
            RefuseOldFormat(path);
            file = SafetensorsFile.Open(path);
            CheckSum(file);
            var version = file.Metadata.GetValueOrDefault(VersionKey);
            if (version != Version)
                throw new CheckpointException($"{path} is a checkpoint of version '{Shown.Text(version ?? "")}'; this library reads version {Version}.");
            return file;
        }
        catch (SafetensorsException e)
        {
            file?.Dispose();
            throw new CheckpointException($"The checkpoint {path} is damaged: {e.Message} Nothing was loaded; use an earlier one.", e);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    private static void RefuseOldFormat(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var start = new byte[s_oldMagic.Length];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.AsSpan().SequenceEqual(s_oldMagic))
            throw new CheckpointException(
                $"{path} is a checkpoint of version 0.1 of this library (LDGCKPT1), which is no longer read. Load it with 0.1, and save the "
                + "weights with ModelWeights.Save or the whole training with this version.");
    }

    private static void CheckSum(SafetensorsFile file)
    {
        var start = new byte[s_start.Length + SumLetters];
        if (file.Length < 8 + start.Length) throw NotACheckpoint(file.Path);
        file.ReadExactly(start, 8);
        if (!start.AsSpan(0, s_start.Length).SequenceEqual(s_start)) throw NotACheckpoint(file.Path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (var at = 0L; at < file.Length;)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, file.Length - at));
            file.ReadExactly(piece, at);
            if (at == 0) s_zeros.CopyTo(piece[(int)SumAt..]);
            hash.AppendData(piece);
            at += piece.Length;
        }

        var sum = Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
        if (!start.AsSpan(s_start.Length).SequenceEqual(Encoding.UTF8.GetBytes(sum)))
            throw new CheckpointException($"The checkpoint {file.Path} is damaged: its checksum does not agree. Nothing was loaded; use an earlier one.");
    }

    private static CheckpointException NotACheckpoint(string path) =>
        new($"{path} is a safetensors file without a checkpoint's checksum. Load weights with PretrainedWeights.Load.");
}
