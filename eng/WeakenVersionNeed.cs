#nullable disable
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Microsoft.Build.Framework;

/// <summary>
/// Marks one version need of ELF shared objects weak (VER_FLG_WEAK in vna_flags of .gnu.version_r), so that a C++ runtime without that
/// version still loads them. Source of the rule: the Linux Standard Base, "Version Requirements", and glibc's elf/dl-version.c, which
/// reports a missing version as an error only where the flag is not set. Everything it reports has the code LDG090.
/// </summary>
public class WeakenVersionNeed : Microsoft.Build.Utilities.Task
{
    private const string Code = "LDG090";
    private const string Property = "LayerDecayGenLoadTorchSharpOnOlderLinux";

    [Required]
    public ITaskItem[] Files { get; set; }

    /// <summary>The name of the need, for example GLIBCXX_3.4.32.</summary>
    [Required]
    public string Version { get; set; }

    /// <summary>
    /// "true" writes where this machine's C++ runtime lacks the version, "always" writes everywhere. Empty writes nothing and warns.
    /// </summary>
    public string Mode { get; set; } = "";

    /// <summary>The libstdc++ to look into. Empty: the one that the loader of this machine finds.</summary>
    public string CppRuntime { get; set; } = "";

    /// <summary>How often a file is read before it counts as broken. Another build may be copying it at this moment.</summary>
    public int Attempts { get; set; } = 5;

    private bool OnlyWarns => Mode.Length == 0;

    public override bool Execute()
    {
        try
        {
            var runtime = CppRuntime.Length > 0 ? CppRuntime : FindCppRuntime();
            var always = string.Equals(Mode, "always", StringComparison.OrdinalIgnoreCase);
            if (always || (runtime == null ? !OnlyWarns : !Contains(runtime, Version + "\0")))
                foreach (var item in Files) Treat(item.GetMetadata("FullPath"), runtime);
        }
        catch (Exception e) when (IsExpected(e))
        {
            Report("the C++ runtime of this machine cannot be read: " + e.Message);
        }

        return !Log.HasLoggedErrors;
    }

    private void Treat(string path, string runtime)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (!File.Exists(path)) return;
                var image = File.ReadAllBytes(path);
                var flags = new ElfNeeds(image, Version).StrongFlags();
                if (flags.Count == 0) return;
                if (OnlyWarns) Report(Warning(path, runtime));
                else Weaken(path, Mended(image, flags));
                return;
            }
            catch (Exception e) when (IsExpected(e))
            {
                if (attempt < Attempts)
                {
                    Thread.Sleep(100);
                    continue;
                }

                Report($"{path}: {e.Message}. TorchSharp may not load on this machine; {Property}=false leaves the file as it is");
                return;
            }
        }
    }

    private string Warning(string path, string runtime) =>
        $"{path} needs {Version}, which {runtime} does not have: TorchSharp does not load on this machine. In the application's project "
        + $"file, <{Property}>true</{Property}> makes the build mark that need weak. Where the program runs elsewhere, false silences this";

    private static bool IsExpected(Exception e) => e is InvalidDataException || e is IOException || e is UnauthorizedAccessException;

    private void Report(string message)
    {
        if (OnlyWarns) Log.LogWarning(null, Code, null, null, 0, 0, 0, 0, "{0}", message);
        else Log.LogError(null, Code, null, null, 0, 0, 0, 0, "{0}", message);
    }

    // The loader's order: LD_LIBRARY_PATH, then where distributions keep the C++ runtime.
    private static string FindCppRuntime() =>
        (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(new[] { ':' }, StringSplitOptions.RemoveEmptyEntries)
            .Concat(new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib" })
            .Select(folder => Path.Combine(folder, "libstdc++.so.6"))
            .FirstOrDefault(File.Exists);

    private static bool Contains(string path, string text) =>
        Encoding.GetEncoding("iso-8859-1").GetString(File.ReadAllBytes(path)).Contains(text);

    private static byte[] Mended(byte[] image, IEnumerable<int> flags)
    {
        foreach (var offset in flags) image[offset] |= ElfNeeds.Weak;
        return image;
    }

    // A link stays a link. Its target is replaced where it stands in the same folder. Elsewhere it may be the package cache: then the
    // mended copy stands beside the link, and the link points to that.
    private void Weaken(string path, byte[] image)
    {
        var folder = Path.GetDirectoryName(path);
        var target = (File.GetAttributes(path) & FileAttributes.ReparsePoint) == 0 ? path : Native.RealPath(path);
        var isBeside = target == path || Path.GetDirectoryName(target) == Native.RealPath(folder);
        var written = isBeside ? target : Path.Combine(folder, Path.GetFileNameWithoutExtension(path) + ".weak.so");
        Replace(written, fresh => WriteLike(target, fresh, image));
        if (!isBeside) Replace(path, fresh => Native.Link(Path.GetFileName(written), fresh));
        Log.LogMessage(MessageImportance.Normal, "{0}: version need {1} marked weak.", path, Version);
    }

    // A copy, for its mode; with the old time, since the SDK's incremental copy compares size and time. The old file itself may share its
    // inode with the package cache.
    private static void WriteLike(string source, string fresh, byte[] image)
    {
        File.Copy(source, fresh);
        var attributes = File.GetAttributes(fresh);
        File.SetAttributes(fresh, attributes & ~FileAttributes.ReadOnly);
        File.WriteAllBytes(fresh, image);
        File.SetLastWriteTimeUtc(fresh, File.GetLastWriteTimeUtc(source));
        File.SetAttributes(fresh, attributes);
    }

    // Written under a fresh name and renamed over: readers see the old file or the new one, and two builds do not meet.
    private static void Replace(string path, Action<string> write)
    {
        var fresh = Path.Combine(Path.GetDirectoryName(path), Path.GetRandomFileName());
        try
        {
            write(fresh);
            Native.Rename(fresh, path);
        }
        finally
        {
            File.Delete(fresh);
        }
    }

    /// <summary>What .NET Standard 2.0 lacks: resolving links, making them, and a rename that replaces.</summary>
    private static class Native
    {
        public static string RealPath(string path)
        {
            var resolved = realpath(Bytes(path), IntPtr.Zero);
            if (resolved == IntPtr.Zero) throw Failure("resolving", path);
            try
            {
                return Marshal.PtrToStringAnsi(resolved);
            }
            finally
            {
                free(resolved);
            }
        }

        public static void Link(string target, string path)
        {
            if (symlink(Bytes(target), Bytes(path)) != 0) throw Failure("linking", path);
        }

        public static void Rename(string from, string to)
        {
            if (rename(Bytes(from), Bytes(to)) != 0) throw Failure("replacing", to);
        }

        private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path + "\0");

        private static IOException Failure(string doing, string path) =>
            new IOException($"{doing} {path} failed with error {Marshal.GetLastWin32Error()}");

        [DllImport("libc", SetLastError = true)]
        private static extern IntPtr realpath(byte[] path, IntPtr buffer);

        [DllImport("libc")]
        private static extern void free(IntPtr memory);

        [DllImport("libc", SetLastError = true)]
        private static extern int symlink(byte[] target, byte[] path);

        [DllImport("libc", SetLastError = true)]
        private static extern int rename(byte[] from, byte[] to);
    }

    /// <summary>Reads the version needs of a little-endian 64-bit ELF file. Every offset is checked, and no list is walked twice.</summary>
    private sealed class ElfNeeds
    {
        public const byte Weak = 2; // VER_FLG_WEAK

        private const uint VersionNeeds = 0x6ffffffe; // SHT_GNU_verneed
        private const int HeaderSize = 64, EntrySize = 16; // of a section header; of both kinds of entry, Elf64_Verneed and Elf64_Vernaux

        private readonly byte[] _image;
        private readonly byte[] _version;

        public ElfNeeds(byte[] image, string version)
        {
            _image = image;
            _version = Encoding.ASCII.GetBytes(version + "\0");
        }

        /// <summary>File offsets of vna_flags of every need of that name that is not weak.</summary>
        public List<int> StrongFlags()
        {
            var found = new List<int>();
            if (_image.Length < 64 || Int(0) != 0x464C457F) throw Broken("not an ELF file");
            if (_image[4] != 2 || _image[5] != 1) throw Broken("not a little-endian 64-bit ELF file");
            long sections = Long(0x28), count = Short(0x3C);
            if (count == 0 || Short(0x3A) != HeaderSize) throw Broken("it has no section headers");
            Check(sections, count * HeaderSize);
            var all = Enumerable.Range(0, (int)count).Select(i => sections + i * HeaderSize);
            var headers = all.Where(h => Int(h + 4) == VersionNeeds).ToList();
            if (headers.Count == 0) return found;
            if (headers.Count > 1) throw Broken("it has two lists of version needs");
            var strings = Int(headers[0] + 0x28);
            if (strings >= count) throw Broken("its version needs name a string table that is not there");
            Walk(Long(headers[0] + 0x18), Long(headers[0] + 0x20), Long(sections + strings * HeaderSize + 0x18), found);
            return found;
        }

        private void Walk(long table, long size, long names, List<int> found)
        {
            Check(table, size);
            var left = size / EntrySize; // a list with more entries than fit in its section comes back to itself
            for (long need = table, next = 1; next != 0; need += next)
            {
                if (--left < 0) throw Broken("its list of version needs has no end");
                var entry = need + Int(need + 8);
                for (var i = Short(need + 2); i > 0; i--)
                {
                    if (--left < 0) throw Broken("its list of version needs has no end");
                    if (IsVersion(names + Int(entry + 8)) && (Short(entry + 4) & Weak) == 0) found.Add((int)entry + 4);
                    entry += Int(entry + 12);
                }

                next = Int(need + 12);
            }
        }

        private bool IsVersion(long offset)
        {
            Check(offset, 1);
            if (_image.Length - offset < _version.Length) return false;
            return _version.SequenceEqual(_image.Skip((int)offset).Take(_version.Length));
        }

        private long Long(long offset) => BitConverter.ToInt64(_image, Check(offset, 8));

        private uint Int(long offset) => BitConverter.ToUInt32(_image, Check(offset, 4));

        private int Short(long offset) => BitConverter.ToUInt16(_image, Check(offset, 2));

        private int Check(long offset, long size)
        {
            if (offset < 0 || size < 0 || offset > _image.Length || size > _image.Length - offset) throw Broken("it is cut off or broken");
            return (int)offset;
        }

        private static InvalidDataException Broken(string what) => new InvalidDataException("its version needs cannot be read: " + what);
    }
}
