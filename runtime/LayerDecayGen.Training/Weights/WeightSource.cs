using System.Text.Json;

namespace LayerDecayGen.Training;

/// <summary>The tensors of one safetensors file, or of the shards that an index names.</summary>
internal sealed class WeightSource : IDisposable
{
    private const string IndexSuffix = ".index.json";
    private const long MaxIndexBytes = SafetensorsHeader.MaxBytes;
    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsEntry Entry)> _tensors = new(StringComparer.Ordinal);

    private WeightSource(string path) => Path = path;

    public string Path { get; }

    public IReadOnlyDictionary<string, (SafetensorsFile File, SafetensorsEntry Entry)> Tensors => _tensors;

    /// <summary>Opens a file, an index of shards, or a folder that holds either under Hugging Face's names.</summary>
    public static WeightSource Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var source = new WeightSource(Directory.Exists(path) ? InFolder(path) : path);
        try
        {
            if (source.Path.EndsWith(IndexSuffix, StringComparison.Ordinal)) source.AddShards();
            else source.Add(source.Path);
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static string InFolder(string folder)
    {
        string[] candidates = ["model.safetensors", "model.safetensors.index.json"];
        return candidates.Select(c => System.IO.Path.Combine(folder, c)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"The folder {folder} has neither {string.Join(" nor ", candidates)}. {PickleHint}", folder);
    }

    private const string PickleHint = "Files of Python pickles (.bin, .pth, .pt) are not read: docs/pretrained.md shows how to convert them.";

    private void Add(string path)
    {
        if (System.IO.Path.GetExtension(path) is ".bin" or ".pth" or ".pt" or ".ckpt") throw new SafetensorsException($"{path}: {PickleHint}");
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (var entry in file.Tensors)
            if (!_tensors.TryAdd(entry.Name, (file, entry)))
                throw new SafetensorsException($"Tensor {entry} is in {file.Path} and in {_tensors[entry.Name].File.Path}.");
    }

    private void AddShards()
    {
        var shards = ReadIndex();
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        foreach (var shard in shards.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            // A name from a file must not lead out of the folder.
            if (shard.Length == 0 || shard != System.IO.Path.GetFileName(shard) || shard is "." or ".." || shard.Contains('\\', StringComparison.Ordinal))
                throw new SafetensorsException($"{Path} names a shard '{Shown.Text(shard)}', which is not the name of a file beside it.");
            Add(System.IO.Path.Combine(folder, shard));
        }

        foreach (var (name, shard) in shards)
            if (!_tensors.TryGetValue(name, out var found) || System.IO.Path.GetFileName(found.File.Path) != shard)
                throw new SafetensorsException($"{Path} says that '{Shown.Text(name)}' is in {shard}, and it is not.");
    }

    private Dictionary<string, string> ReadIndex()
    {
        if (new FileInfo(Path).Length > MaxIndexBytes) throw new SafetensorsException($"{Path} is larger than {MaxIndexBytes} bytes.");
        try
        {
            using var index = JsonDocument.Parse(File.ReadAllBytes(Path), new JsonDocumentOptions { MaxDepth = 8 });
            var shards = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in index.RootElement.GetProperty("weight_map").EnumerateObject())
                if (!shards.TryAdd(entry.Name, entry.Value.GetString() ?? ""))
                    throw new SafetensorsException($"{Path} has '{Shown.Text(entry.Name)}' twice.");
            return shards;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new SafetensorsException($"{Path} is not an index of shards: it must be a JSON object with a 'weight_map' of names and files.", e);
        }
    }

    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }
}
