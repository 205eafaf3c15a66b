using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>
/// Writes safetensors files that Python's <c>safetensors</c> reads. Data is written one tensor at a time, straight from its memory where
/// that is contiguous and on the host. A file appears whole or not at all: it is written beside its place, flushed and renamed.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file.</summary>
    /// <param name="path">Where to; a file there is replaced. A symbolic link stays and its target is replaced.</param>
    /// <param name="tensors">The tensors by name, of any device and layout but sparse.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>; Hugging Face's loaders ask for <c>format</c> = <c>pt</c>.</param>
    /// <exception cref="SafetensorsException">A tensor cannot be held by the format, or a name is there twice.</exception>
    /// <exception cref="IOException">The file cannot be written; one that was there before is still there.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        var contents = Contents.Of(tensors, metadata);
        ReplacedFile.Write(path, stream => contents.WriteTo(stream, hash: null));
    }

    /// <summary>What a file will hold: tensors in the order of their data, and the header.</summary>
    internal sealed class Contents
    {
        private readonly List<(string Name, Tensor Tensor)> _tensors;

        private Contents(List<(string Name, Tensor Tensor)> tensors, byte[] header) => (_tensors, Header) = (tensors, header);

        /// <summary>The length of the header and the header, which is padded so that data begins at a multiple of 8.</summary>
        public byte[] Header { get; }

        public static Contents Of(IEnumerable<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, string>>? metadata)
        {
            // Wide elements first keeps every tensor aligned to its elements.
            var ordered = tensors.Select(t => (Name: Checked(t.Key, t.Value), Tensor: t.Value))
                .OrderByDescending(t => SafetensorsDtype.Of(t.Tensor.dtype, t.Name).Bytes).ToList();
            var json = new MemoryStream();
            json.Write(stackalloc byte[8]);
            using (var writer = new Utf8JsonWriter(json, s_json)) WriteHeader(writer, ordered, metadata);
            while (json.Length % 8 != 0) json.WriteByte((byte)' ');
            var header = json.ToArray();
            if (header.Length - 8 > SafetensorsHeader.MaxBytes)
                throw new SafetensorsException($"The header would have {header.Length - 8} bytes; the format allows {SafetensorsHeader.MaxBytes}.");
            BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
            return new Contents(ordered, header);
        }

        private static string Checked(string name, Tensor tensor)
        {
            ArgumentNullException.ThrowIfNull(tensor);
            if (name == "__metadata__") throw new SafetensorsException("No tensor can have the name '__metadata__'.");
            if (tensor.IsInvalid) throw new SafetensorsException($"Tensor '{name}' was disposed.");
            if (tensor.is_sparse) throw new SafetensorsException($"Tensor '{name}' is sparse. Write tensor.to_dense().");
            if (tensor.device_type == DeviceType.META) throw new SafetensorsException($"Tensor '{name}' is on the meta device and holds no data.");
            return name;
        }

        private static void WriteHeader(
            Utf8JsonWriter writer, List<(string Name, Tensor Tensor)> tensors, IEnumerable<KeyValuePair<string, string>>? metadata)
        {
            writer.WriteStartObject();
            if (metadata is not null)
            {
                writer.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata) writer.WriteString(WellFormed(key), WellFormed(value));
                writer.WriteEndObject();
            }

            var at = 0L;
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (name, tensor) in tensors)
            {
                if (!names.Add(WellFormed(name))) throw new SafetensorsException($"Tensor '{name}' is there twice.");
                var (dtype, bytes) = SafetensorsDtype.Of(tensor.dtype, name);
                writer.WriteStartObject(name);
                writer.WriteString("dtype", dtype);
                WriteNumbers(writer, "shape", tensor.shape);
                WriteNumbers(writer, "data_offsets", [at, at += bytes * tensor.numel()]);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        private static void WriteNumbers(Utf8JsonWriter writer, string name, ReadOnlySpan<long> numbers)
        {
            writer.WriteStartArray(name);
            foreach (var number in numbers) writer.WriteNumberValue(number);
            writer.WriteEndArray();
        }

        // A lone surrogate has no UTF-8; it would come back as another character.
        private static string WellFormed(string text)
        {
            for (var at = 0; at < text.Length;)
            {
                if (Rune.DecodeFromUtf16(text.AsSpan(at), out _, out var consumed) != System.Buffers.OperationStatus.Done)
                    throw new SafetensorsException($"'{Shown.Text(text)}' holds half of a surrogate pair, which no UTF-8 file can hold.");
                at += consumed;
            }

            return text;
        }

        public void WriteTo(Stream stream, IncrementalHash? hash)
        {
            Put(stream, hash, Header);
            foreach (var (_, tensor) in _tensors)
            {
                using var scope = NewDisposeScope();
                using var _ = no_grad();
                TensorBytes.ForEachPiece(TensorBytes.AreDirect(tensor) ? tensor : tensor.detach().cpu().contiguous(), piece => Put(stream, hash, piece));
            }
        }

        private static void Put(Stream stream, IncrementalHash? hash, ReadOnlySpan<byte> bytes)
        {
            hash?.AppendData(bytes);
            stream.Write(bytes);
        }
    }
}
