using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace LayerDecayGen.Tests.Checkpoints;

/// <summary>A checkpoint taken apart, changed, and written with a right checksum.</summary>
internal sealed class ForgedFile
{
    private const string Sum = "\"sha256\":\"";

    public ForgedFile(byte[] whole)
    {
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(whole);
        Header = JsonNode.Parse(whole.AsSpan(8, length))!.AsObject();
        Data = whole[(8 + length)..];
        foreach (var (key, text) in Metadata.ToList())
            if (key.StartsWith("part/", StringComparison.Ordinal) && ((string?)text)!.StartsWith('{'))
                Parts[key["part/".Length..]] = JsonNode.Parse((string)text!)!;
    }

    public JsonObject Header { get; }

    public JsonObject Metadata => Header["__metadata__"]!.AsObject();

    /// <summary>The texts of parts, opened as JSON; what is changed here is written.</summary>
    public Dictionary<string, JsonNode> Parts { get; } = [];

    public byte[] Data { get; set; }

    public JsonNode Entry(string tensor) => Header[tensor]!;

    /// <summary>The data of a tensor, to be changed in place.</summary>
    public Span<byte> Bytes(string tensor)
    {
        var offsets = Entry(tensor)["data_offsets"]!;
        return Data.AsSpan((int)offsets[0]!, (int)offsets[1]! - (int)offsets[0]!);
    }

    /// <summary>Takes a tensor out and moves the others' data together.</summary>
    public void Remove(string tensor)
    {
        var (begin, end) = ((long)Entry(tensor)["data_offsets"]![0]!, (long)Entry(tensor)["data_offsets"]![1]!);
        Header.Remove(tensor);
        Data = [.. Data[..(int)begin], .. Data[(int)end..]];
        foreach (var (name, entry) in Header.Where(h => h.Key != "__metadata__").ToList())
            if ((long)entry!["data_offsets"]![0]! >= end)
                entry["data_offsets"] = new JsonArray((long)entry["data_offsets"]![0]! - (end - begin), (long)entry["data_offsets"]![1]! - (end - begin));
    }

    public void Write(string path)
    {
        foreach (var (name, part) in Parts) Metadata["part/" + name] = part.ToJsonString();
        Write(path, Header.ToJsonString());
    }

    public void Write(string path, string header)
    {
        header = header.PadRight((Encoding.UTF8.GetByteCount(header) + 7) / 8 * 8);
        var at = header.IndexOf(Sum, StringComparison.Ordinal) + Sum.Length;
        if (at >= Sum.Length && at + 64 <= header.Length) header = header[..at] + new string('0', 64) + header[(at + 64)..];
        var json = Encoding.UTF8.GetBytes(header);
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, json.Length);
        byte[] whole = [.. prefix, .. json, .. Data];
        var sum = Encoding.UTF8.GetBytes(Convert.ToHexString(SHA256.HashData(whole)).ToLowerInvariant());
        if (at >= Sum.Length && at + 64 <= header.Length) sum.CopyTo(whole, 8 + at);
        File.WriteAllBytes(path, whole);
    }
}
