using System.Diagnostics;
using System.Reflection;

namespace LayerDecayGen.Tests.Samples;

/// <summary>A sample as a person runs it: a process with arguments, an exit code, and what it prints.</summary>
internal sealed class SampleProcess(string name)
{
    private readonly string _program = Path.Combine(Metadata("RepositoryRoot"), "samples", name, "bin", Metadata("Configuration"), "net10.0", $"{name}.dll");

    public (int ExitCode, string Output, string Error) Run(string arguments)
    {
        using var process = Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    public Process Start(string arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", $"{_program} {arguments}") { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static string Metadata(string key) =>
        typeof(SampleProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
