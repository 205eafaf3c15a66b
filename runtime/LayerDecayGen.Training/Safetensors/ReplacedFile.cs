using System.Runtime.InteropServices;

namespace LayerDecayGen.Training;

/// <summary>
/// Replaces a file as a whole: written beside its place, flushed, renamed, and the folder flushed, so that a crash or a power cut leaves the
/// old file or the new one. Links stay, modes stay, and what a killed process left beside the file is removed.
/// </summary>
internal static class ReplacedFile
{
    private const string Suffix = ".ldgtmp";

    /// <summary>Writes a file.</summary>
    /// <exception cref="IOException">It cannot be written there; what was there before is still there.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        var target = Target(path);
        var folder = Path.GetDirectoryName(target)!;
        MakeFolder(folder, path);
        RemoveLeftovers(folder, name => name == Path.GetFileName(target));
        var (stream, beside) = CreateBeside(target);
        try
        {
            // The stream stays open until after the renaming: its lock tells others that it is no leftover.
            write(stream);
            KeepMode(target, beside);
            stream.Flush(flushToDisk: true);
            File.Move(beside, target, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
        finally
        {
            stream.Dispose();
        }

        FlushFolder(folder);
    }

    // Another process may take the new file for a leftover before it is locked; then there is nothing to write to, and the next name is tried.
    private static (FileStream Stream, string Path) CreateBeside(string target)
    {
        for (var attempt = 1; ; attempt++)
        {
            var beside = $"{target}.{Guid.NewGuid():N}{Suffix}";
            try
            {
                var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 0);
                if (File.Exists(beside)) return (stream, beside);
                stream.Dispose();
            }
            catch (IOException) when (attempt < 5)
            {
                // Locked by such a process.
            }

            if (attempt == 10) throw new IOException($"No file can be made beside {target}: other processes remove it at once.");
        }
    }

    /// <summary>The file that a path means after all links.</summary>
    private static string Target(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new IOException($"{path} is a folder. Give the path of a file in it.");
        var target = new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
        if (Directory.Exists(target)) throw new IOException($"{path} is a link to the folder {target}. Give the path of a file in it.");
        if (IsSpecial(target)) throw new IOException($"{path} is a device or a pipe, which cannot be replaced by a file.");
        return target;
    }

    private static bool IsSpecial(string path)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(path)) return false;
        Span<byte> status = stackalloc byte[256];
        const int currentFolder = -100, typeOnly = 1, modeAt = 28, typeMask = 0xF000, regular = 0x8000;
        return Native.Status(currentFolder, path, 0, typeOnly, ref MemoryMarshal.GetReference(status)) == 0
            && (MemoryMarshal.Read<ushort>(status[modeAt..]) & typeMask) != regular;
    }

    private static void MakeFolder(string folder, string path)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The folder {folder} for {path} cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Removes what killed processes left. A file that a living one writes is locked and stays.</summary>
    public static void RemoveLeftovers(string folder, Func<string, bool> ofFile)
    {
        foreach (var leftover in Directory.EnumerateFiles(folder, "*" + Suffix).Where(f => FileOf(Path.GetFileName(f)) is { } file && ofFile(file)))
        {
            try
            {
                // Removed while it is locked, so that no one can have taken it for his own in between.
                using (new FileStream(leftover, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose)) { }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Locked by its writer, gone by now, or another user's: not ours to remove.
            }
        }
    }

    /// <summary>The name of the file that a temporary file was to become; null where it is another's temporary file.</summary>
    private static string? FileOf(string temporary)
    {
        var end = temporary.Length - Suffix.Length - 33;
        return end > 0 && temporary[end] == '.' && temporary.AsSpan(end + 1, 32).IndexOfAnyExcept("0123456789abcdef") < 0 ? temporary[..end] : null;
    }

    private static void KeepMode(string target, string beside)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(target)) File.SetUnixFileMode(beside, File.GetUnixFileMode(target));
    }

    // Without this a power cut may lose the new name, although the data is on the disk.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Native.Open(folder, 0);
        if (descriptor < 0) throw new IOException($"The folder {folder} cannot be opened to be flushed (error {Marshal.GetLastPInvokeError()}).");
        try
        {
            // 22 and 95 (EINVAL, EOPNOTSUPP; 45 on macOS): file systems that cannot flush a folder.
            if (Native.Flush(descriptor) != 0 && Marshal.GetLastPInvokeError() is var error and not (22 or 95 or 45))
                throw new IOException($"The folder {folder} could not be flushed (error {error}). The new file may be lost at a power cut.");
        }
        finally
        {
            _ = Native.Close(descriptor);
        }
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "open", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "statx", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Status(
            int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, ref byte status);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Flush(int descriptor);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Close(int descriptor);
    }
}
