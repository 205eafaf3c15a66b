using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace FineTune.Pretrained;

/// <summary>Embedded resources of an assembly that is read as a file: none of its code is loaded or run.</summary>
internal sealed class AssemblyResources : IDisposable
{
    private readonly string _path;
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;

    public AssemblyResources(string path)
    {
        _path = path;
        _file = new PEReader(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
    }

    /// <summary>The bytes of a resource, by the end of its name.</summary>
    /// <exception cref="PretrainedException">There is no such resource.</exception>
    public byte[] Read(string name)
    {
        foreach (var handle in _metadata.ManifestResources)
        {
            var resource = _metadata.GetManifestResource(handle);
            if (!resource.Implementation.IsNil || !_metadata.GetString(resource.Name).EndsWith(name, StringComparison.Ordinal)) continue;
            var section = _file.GetSectionData(_file.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress).GetReader();
            section.Offset = checked((int)resource.Offset);
            return section.ReadBytes(section.ReadInt32());
        }

        throw new PretrainedException($"{_path} has no resource {name}: the package is another version than the sample was written for.");
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>Pretrained files that are not as they should be; the message is for the person at the prompt.</summary>
internal sealed class PretrainedException(string message) : Exception(message);
