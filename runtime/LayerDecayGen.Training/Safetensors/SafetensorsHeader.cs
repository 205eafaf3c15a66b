using System.Collections.Immutable;
using System.Text.Json;

namespace LayerDecayGen.Training;

/// <summary>
/// Reads a header as Hugging Face's description of the format has it: tensors in the order of their data, without gaps or overlaps, each as
/// long as dtype and shape say, together as long as the rest of the file. Nothing of it reaches native code before that is checked.
/// </summary>
internal sealed class SafetensorsHeader
{
    public const int MaxBytes = 100_000_000;
    private const int MaxDepth = 8;

    // LibTorch's operators take tensors of up to 64 dimensions.
    private const int MaxRank = 64;

    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);

    private SafetensorsHeader() { }

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">The header.</param>
    /// <param name="dataBytes">The bytes of the file after the header.</param>
    /// <exception cref="SafetensorsException">It is not as the format says.</exception>
    public static SafetensorsHeader Read(ReadOnlySpan<byte> json, long dataBytes)
    {
        var header = new SafetensorsHeader();
        if (json is not [(byte)'{', ..]) throw new SafetensorsException("The header does not begin with '{'.");
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            header.ReadTensors(ref reader);
            if (reader.Read()) throw new SafetensorsException("Something follows the header's closing brace.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new SafetensorsException($"The header is not valid JSON: {e.Message}", e);
        }

        header.CheckOffsets(dataBytes);
        return header;
    }

    private void ReadTensors(ref Utf8JsonReader reader)
    {
        var metadataSeen = false;
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (name == "__metadata__")
            {
                if (metadataSeen) throw new SafetensorsException("'__metadata__' is there twice.");
                metadataSeen = true;
                ReadMetadata(ref reader);
            }
            else if (!_entries.TryAdd(name, ReadTensor(ref reader, name)))
            {
                throw new SafetensorsException($"Tensor '{Shown.Text(name)}' is there twice.");
            }
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "'__metadata__' must be an object");
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, $"'{Shown.Text(key)}' in '__metadata__' must be a string");
            if (!_metadata.TryAdd(key, reader.GetString()!))
                throw new SafetensorsException($"'{Shown.Text(key)}' is in '__metadata__' twice.");
        }
    }

    private static SafetensorsEntry ReadTensor(ref Utf8JsonReader reader, string name)
    {
        var shown = Shown.Text(name);
        Expect(ref reader, JsonTokenType.StartObject, $"'{shown}' must be an object");
        string? dtype = null;
        List<long>? shape = null, offsets = null;
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var field = reader.GetString()!;
            if ((field == "dtype" && dtype is not null) || (field == "shape" && shape is not null) || (field == "data_offsets" && offsets is not null))
                throw new SafetensorsException($"'{shown}' has '{field}' twice.");
            Next(ref reader);
            if (field == "dtype") dtype = reader.GetString();
            else if (field == "shape") shape = ReadNumbers(ref reader, $"the shape of '{shown}'", MaxRank);
            else if (field == "data_offsets") offsets = ReadNumbers(ref reader, $"data_offsets of '{shown}'", 2);
            else reader.Skip();
        }

        if (dtype is null || shape is null || offsets is not [var begin, var end])
            throw new SafetensorsException($"'{shown}' must have dtype, shape and two data_offsets.");
        var (type, elementBytes) = SafetensorsDtype.Parse(dtype, shown);
        var bytes = ByteCount(shape, elementBytes, shown);
        if (begin > end || end - begin != bytes)
            throw new SafetensorsException(
                $"'{shown}' is {dtype} {Shown.Shape(shape)}, which takes {bytes} bytes, and its data_offsets are [{begin}, {end}].");
        return new SafetensorsEntry(name, type, [.. shape], begin, bytes);
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, string what, int max)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new SafetensorsException($"{what} must be a list of whole numbers.");
        var numbers = new List<long>(4);
        while (Next(ref reader) != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw new SafetensorsException($"{what} must hold whole numbers from 0 to {long.MaxValue}.");
            if (numbers.Count == max) throw new SafetensorsException($"{what} holds more than {max} numbers.");
            numbers.Add(number);
        }

        return numbers;
    }

    // Strides are products too, and count an empty dimension as 1, so those must fit as well.
    private static long ByteCount(List<long> shape, int elementBytes, string name)
    {
        try
        {
            var span = shape.Aggregate((long)elementBytes, (product, d) => checked(product * Math.Max(d, 1)));
            return shape.Contains(0) ? 0 : span;
        }
        catch (OverflowException e)
        {
            throw new SafetensorsException($"'{name}' has shape {Shown.Shape(shape)}, which no memory could hold.", e);
        }
    }

    private void CheckOffsets(long dataBytes)
    {
        var at = 0L;
        foreach (var entry in _entries.Values.OrderBy(e => e.Offset).ThenBy(e => e.Bytes))
        {
            if (entry.Offset != at)
                throw new SafetensorsException(
                    $"The data of '{Shown.Text(entry.Name)}' begins at {entry.Offset} and not at {at}, where the data before it ends.");
            at += entry.Bytes;
            if (at > dataBytes || at < 0)
                throw new SafetensorsException($"The data of '{Shown.Text(entry.Name)}' ends at {at}, and the file holds {dataBytes} bytes of data.");
        }

        if (at != dataBytes) throw new SafetensorsException($"The tensors take {at} bytes, and the file holds {dataBytes} bytes of data.");
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new SafetensorsException("The header ends too early.");

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token, string otherwise)
    {
        if (Next(ref reader) != token) throw new SafetensorsException($"{otherwise}.");
    }
}
