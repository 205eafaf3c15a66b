using System.Diagnostics;

namespace LayerDecayGen.Tests.Interop;

/// <summary>The machine's Python, for the witnesses that need torch.</summary>
internal static class PythonProcess
{
    public const string Path = "/usr/bin/python3";

    public static void NeedTorch()
    {
        if (!File.Exists(Path) || Run(System.IO.Path.GetTempPath(), "-c", "import torch").Code != 0) Assert.Ignore($"skipped: {Path} with torch is not installed here");
    }

    public static (int Code, string Output) Run(string folder, params string[] arguments) => Start(Path, folder, arguments);

    /// <summary>A block of shell commands, its python3 being this one.</summary>
    public static (int Code, string Output) Shell(string folder, string block) =>
        Start("/bin/sh", folder, "-c", block.Replace("python3", Path, StringComparison.Ordinal));

    private static (int Code, string Output) Start(string program, string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result + errors.Result);
    }
}
