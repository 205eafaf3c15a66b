using System.Diagnostics;
using System.Reflection;

namespace LayerDecayGen.Package.Tests;

/// <summary>Runs the SDK that runs the tests, and knows where the repository is.</summary>
internal static class Dotnet
{
    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    public static string Configuration { get; } = Metadata("Configuration");

    public static string PackageFolder { get; } = Metadata("PackageFolder");

    public static string LibTorchPackage { get; } = Metadata("LibTorchPackage");

    /// <summary>TorchSharp's library for Linux as its package holds it.</summary>
    public static string TorchSharpNative { get; } =
        Path.Combine(PackageFolder, "torchsharp", Metadata("TorchSharpVersion"), "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    /// <summary>Runs a program and gives its exit code and everything it printed.</summary>
    public static (int ExitCode, string Output) Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // a node that outlives the test would keep its output pipe open
        start.Environment.Remove("MSBuildSDKsPath");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    /// <summary>Runs the SDK and fails the test with everything it printed unless it succeeds.</summary>
    public static string Succeed(string folder, params string[] arguments)
    {
        var (exitCode, output) = Run(folder, "dotnet", arguments);
        Assert.That(exitCode, Is.Zero, $"dotnet {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    private static string Metadata(string key) =>
        typeof(Dotnet).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
