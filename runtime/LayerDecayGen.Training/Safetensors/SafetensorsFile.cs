using System.Buffers.Binary;
using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>
/// An open safetensors file. The header is read and checked whole when it is opened; data is read one tensor at a time. The format is that
/// of Hugging Face's safetensors: eight bytes with the header's length, the header as JSON, the data in little-endian order.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly SafetensorsHeader _header;
    private readonly long _dataStart;

    private SafetensorsFile(string path, SafeFileHandle handle)
    {
        (Path, _handle) = (path, handle);
        Length = RandomAccess.GetLength(handle);
        Span<byte> prefix = stackalloc byte[8];
        if (Length < prefix.Length) throw new SafetensorsException($"It has {Length} bytes; the length of the header takes 8.");
        ReadExactly(prefix, 0);
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes > SafetensorsHeader.MaxBytes || (long)headerBytes > Length - prefix.Length)
            throw new SafetensorsException(
                $"It says that its header has {headerBytes} bytes. The file has {Length}, and a header at most {SafetensorsHeader.MaxBytes}.");
        var json = new byte[headerBytes];
        ReadExactly(json, prefix.Length);
        _dataStart = prefix.Length + json.Length;
        _header = SafetensorsHeader.Read(json, Length - _dataStart);
        Tensors = [.. _header.Entries.Values.OrderBy(e => e.Offset).ThenBy(e => e.Bytes)];
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>Its length in bytes.</summary>
    public long Length { get; }

    /// <summary>The strings of its <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Its tensors, in the order of their data.</summary>
    public ImmutableArray<SafetensorsEntry> Tensors { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SafetensorsException">It is not as the format says. The message names file and place.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var handle = File.OpenHandle(path, share: FileShare.Read | FileShare.Delete);
        try
        {
            return new SafetensorsFile(path, handle);
        }
        catch (SafetensorsException e)
        {
            handle.Dispose();
            throw new SafetensorsException($"{path} is not a whole safetensors file. {e.Message}", e);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>A tensor by name; null where the file has none.</summary>
    /// <param name="name">The name.</param>
    public SafetensorsEntry? Find(string name) => _header.Entries.GetValueOrDefault(name);

    /// <summary>Reads a tensor into new memory on the host.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="SafetensorsException">The file became shorter since it was opened.</exception>
    public Tensor Read(string name)
    {
        var entry = Find(name) ?? throw new KeyNotFoundException($"{Path} has no tensor '{name}'.");
        var tensor = empty(entry.Shape.AsSpan(), dtype: entry.Dtype);
        try
        {
            ReadInto(entry, tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor over a contiguous one on the host, of the same dtype and number of elements.</summary>
    internal void ReadInto(SafetensorsEntry entry, Tensor target)
    {
        var at = _dataStart + entry.Offset;
        TensorBytes.ForEachPiece(target, piece =>
        {
            ReadExactly(piece, at);
            at += piece.Length;
        });
    }

    /// <summary>Reads bytes at a place of the file.</summary>
    internal void ReadExactly(Span<byte> bytes, long at)
    {
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(_handle, bytes[done..], at + done);
            if (read == 0) throw new SafetensorsException($"{Path} became shorter while it was read: another program writes to it.");
            done += read;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();
}
