using System.Reflection;
using System.Runtime.Loader;

namespace LayerDecayGen.Generator.Tests.Support;

/// <summary>
/// These tests loaded a second time beside themselves, on the libraries of another compiler. Only values of the framework may cross.
/// </summary>
internal sealed class OtherRoslyn : AssemblyLoadContext
{
    private static readonly string s_here = Path.GetDirectoryName(typeof(OtherRoslyn).Assembly.Location)!;

    private readonly string _version;

    public OtherRoslyn(string version)
        : base("Roslyn " + version) => _version = version;

    /// <summary>Calls a static method of these tests there.</summary>
    public T Call<T>(Delegate method, params object?[] arguments)
    {
        var tests = LoadFromAssemblyPath(typeof(OtherRoslyn).Assembly.Location);
        var there = tests.GetType(method.Method.DeclaringType!.FullName!, throwOnError: true)!;
        return (T)there.GetMethod(method.Method.Name, BindingFlags.Static | BindingFlags.Public)!.Invoke(null, arguments)!;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName name) => name.Name switch
    {
        "Microsoft.CodeAnalysis" => LoadFromAssemblyPath(Library("microsoft.codeanalysis.common", name.Name)),
        "Microsoft.CodeAnalysis.CSharp" => LoadFromAssemblyPath(Library("microsoft.codeanalysis.csharp", name.Name)),
        _ when name.Name!.StartsWith("LayerDecayGen", StringComparison.Ordinal) => LoadFromAssemblyPath(Path.Combine(s_here, name.Name + ".dll")),
        _ => null,
    };

    private string Library(string package, string name)
    {
        var newest = Directory.GetDirectories(Path.Combine(BuildFacts.Of("PackageFolder"), package, _version, "lib"), "net?*.0")
            .Where(static folder => !folder.Contains("netstandard", StringComparison.Ordinal))
            .MaxBy(static folder => Version.Parse(Path.GetFileName(folder)["net".Length..]))!;
        return Path.Combine(newest, name + ".dll");
    }
}
