namespace LayerDecayGen.Package.Tests;

/// <summary>A copy of the project in Consumer/ that references one of our packages.</summary>
internal sealed class Consumer
{
    private readonly string _folder;
    private readonly string[] _properties;

    public Consumer(string package)
    {
        _folder = Directory.CreateDirectory(Path.Combine(PackedPackage.Folder, "consumers", Path.GetRandomFileName())).FullName;
        _properties =
            [$"-p:OurPackage={package}", $"-p:LayerDecayGenVersion={PackedPackage.Version}", $"-p:LibTorchPackage={Dotnet.LibTorchPackage}"];
        foreach (var file in Directory.GetFiles(Source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(Source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.WriteAllText(Path.Combine(_folder, "nuget.config"), $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{PackedPackage.Feed}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="built" value="{Dotnet.PackageFolder}" /></fallbackPackageFolders>
              <config><add key="globalPackagesFolder" value="{Path.Combine(PackedPackage.Folder, "packages")}" /></config>
            </configuration>
            """);
        Dotnet.Succeed(_folder, ["restore", .. _properties]);
    }

    public static string Source { get; } = Path.Combine(AppContext.BaseDirectory, "Consumer");

    public string Build(string output, params string[] properties)
    {
        var (exitCode, text) = TryBuild(output, properties);
        Assert.That(exitCode, Is.Zero, text);
        return text;
    }

    public (int ExitCode, string Output) TryBuild(string output, params string[] properties) =>
        Dotnet.Run(_folder, "dotnet", ["build", "--no-restore", "-o", output, .. properties, .. _properties]);

    public (int ExitCode, string Output) Run(string output)
    {
        var (exitCode, text) = Dotnet.Run(_folder, "dotnet", Path.Combine(output, "Consumer.dll"));
        return (exitCode, text.Trim());
    }

    /// <summary>TorchSharp's library in an output folder.</summary>
    public byte[] Native(string output) =>
        File.ReadAllBytes(Path.Combine(_folder, output, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
}
