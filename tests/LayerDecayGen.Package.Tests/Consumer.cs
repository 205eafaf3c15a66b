namespace LayerDecayGen.Package.Tests;

/// <summary>A copy of the project in Consumer/ that references one of our packages.</summary>
internal sealed class Consumer
{
    private readonly string _folder;

    public Consumer(string package)
    {
        _folder = Directory.CreateDirectory(Path.Combine(PackedPackage.Folder, "consumers", Path.GetRandomFileName())).FullName;
        foreach (var file in Directory.GetFiles(Source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(Source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        // A file and no options on the command line, because dotnet format takes no properties.
        Write("Directory.Build.props", $"""
            <Project><PropertyGroup>
              <OurPackage>{package}</OurPackage>
              <LayerDecayGenVersion>{PackedPackage.Version}</LayerDecayGenVersion>
              <LibTorchPackage>{Dotnet.LibTorchPackage}</LibTorchPackage>
            </PropertyGroup></Project>
            """);
        Write("nuget.config", $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{PackedPackage.Feed}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="built" value="{Dotnet.PackageFolder}" /></fallbackPackageFolders>
              <config><add key="globalPackagesFolder" value="{Path.Combine(PackedPackage.Folder, "packages")}" /></config>
            </configuration>
            """);
        Dotnet.Succeed(_folder, "restore");
    }

    public static string Source { get; } = Path.Combine(AppContext.BaseDirectory, "Consumer");

    public string Build(string output, params string[] properties)
    {
        var (exitCode, text) = TryBuild(output, properties);
        Assert.That(exitCode, Is.Zero, text);
        return text;
    }

    public (int ExitCode, string Output) TryBuild(string output, params string[] properties) =>
        Dotnet.Run(_folder, "dotnet", ["build", "--no-restore", "-o", output, .. properties]);

    /// <summary>Applies the fixes of some rules as a user does from the command line.</summary>
    public void Format(params string[] rules) =>
        Dotnet.Succeed(_folder, ["format", "analyzers", "--no-restore", "--severity", "warn", "--diagnostics", .. rules]);

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);

    public string Read(string file) => File.ReadAllText(Path.Combine(_folder, file));

    public (int ExitCode, string Output) Run(string output)
    {
        var (exitCode, text) = Dotnet.Run(_folder, "dotnet", Path.Combine(output, "Consumer.dll"));
        return (exitCode, text.Trim());
    }

    /// <summary>TorchSharp's library in an output folder.</summary>
    public byte[] Native(string output) =>
        File.ReadAllBytes(Path.Combine(_folder, output, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
}
