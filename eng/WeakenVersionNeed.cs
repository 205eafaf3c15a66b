using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Marks one version need of ELF shared objects weak (VER_FLG_WEAK in vna_flags of .gnu.version_r), so that a C++ runtime without that version
/// still loads them. Source of the rule: the Linux Standard Base, "Version Requirements", and glibc's elf/dl-version.c, which reports a missing
/// version as an error only where the flag is not set.
/// </summary>
public class WeakenVersionNeed : Task
{
    private const ushort Weak = 2; // VER_FLG_WEAK

    [Required]
    public ITaskItem[] Files { get; set; }

    /// <summary>The name of the need, for example GLIBCXX_3.4.32.</summary>
    [Required]
    public string Version { get; set; }

    /// <summary>Whether to write even where the C++ runtime of this machine has the version.</summary>
    public bool Always { get; set; }

    public override bool Execute()
    {
        if (!Always && RuntimeHas(Version)) return true;
        foreach (var item in Files)
        {
            var path = item.GetMetadata("FullPath");
            try
            {
                if (File.Exists(path)) WeakenFile(path);
            }
            catch (InvalidDataException e)
            {
                Log.LogError("{0}: {1}. TorchSharp may not load on this system; build with LayerDecayGenLoadTorchSharpOnOlderLinux=false to leave the file alone.", path, e.Message);
            }
        }

        return !Log.HasLoggedErrors;
    }

    // Where distributions keep the C++ runtime. Found nowhere, it may be anywhere, and a weak need does no harm.
    private static bool RuntimeHas(string version)
    {
        foreach (var folder in new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib" })
        {
            var path = Path.Combine(folder, "libstdc++.so.6");
            if (File.Exists(path)) return Encoding.GetEncoding("iso-8859-1").GetString(File.ReadAllBytes(path)).Contains(version + "\0");
        }

        return false;
    }

    private void WeakenFile(string path)
    {
        var image = File.ReadAllBytes(path);
        var changed = 0;
        foreach (var offset in FlagsOf(image, Version))
        {
            var flags = BitConverter.ToUInt16(image, offset);
            if ((flags & Weak) != 0) continue;
            image[offset] = (byte)(flags | Weak);
            changed++;
        }

        if (changed == 0) return;

        // A new file renamed over the old one: the old one may share its inode with the package cache.
        var fresh = path + ".weakened";
        File.WriteAllBytes(fresh, image);
        File.SetLastWriteTimeUtc(fresh, File.GetLastWriteTimeUtc(path)); // the incremental copy compares size and time
        File.Delete(path);
        File.Move(fresh, path);
        Log.LogMessage(MessageImportance.Normal, "{0}: version need {1} marked weak.", path, Version);
    }

    /// <summary>File offsets of vna_flags of every need of that name in a little-endian 64-bit ELF file.</summary>
    private static IEnumerable<int> FlagsOf(byte[] image, string version)
    {
        if (image.Length < 64 || image[0] != 0x7F || image[1] != 'E' || image[2] != 'L' || image[3] != 'F') throw new InvalidDataException("not an ELF file");
        if (image[4] != 2 || image[5] != 1) throw new InvalidDataException("not a little-endian 64-bit ELF file");

        var sections = checked((int)BitConverter.ToUInt64(image, 0x28));
        int entrySize = BitConverter.ToUInt16(image, 0x3A), count = BitConverter.ToUInt16(image, 0x3C);
        const uint versionNeeds = 0x6ffffffe; // SHT_GNU_verneed
        for (var i = 0; i < count; i++)
        {
            var header = sections + i * entrySize;
            if (BitConverter.ToUInt32(image, header + 4) != versionNeeds) continue;
            var table = checked((int)BitConverter.ToUInt64(image, header + 0x18));
            var strings = sections + BitConverter.ToInt32(image, header + 0x28) * entrySize;
            var names = checked((int)BitConverter.ToUInt64(image, strings + 0x18));
            foreach (var offset in WalkNeeds(image, table, names, version)) yield return offset;
        }
    }

    private static IEnumerable<int> WalkNeeds(byte[] image, int need, int names, string version)
    {
        while (true)
        {
            int auxiliaries = BitConverter.ToUInt16(image, need + 2), auxiliary = need + BitConverter.ToInt32(image, need + 8);
            for (var i = 0; i < auxiliaries; i++)
            {
                if (NameAt(image, names + BitConverter.ToInt32(image, auxiliary + 8)) == version) yield return auxiliary + 4;
                auxiliary += BitConverter.ToInt32(image, auxiliary + 12);
            }

            var next = BitConverter.ToInt32(image, need + 12);
            if (next == 0) yield break;
            need += next;
        }
    }

    private static string NameAt(byte[] image, int offset)
    {
        var end = Array.IndexOf(image, (byte)0, offset);
        if (end < 0) throw new InvalidDataException("string table without an end");
        return Encoding.ASCII.GetString(image, offset, end - offset);
    }
}
