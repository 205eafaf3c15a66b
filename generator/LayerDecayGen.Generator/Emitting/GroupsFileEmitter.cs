using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LayerDecayGen.Generator.Emitting;

/// <summary>
/// Hands a groups file to the target <c>UpdateGroups</c>, which writes it: a generator may not. A source of comments, made for that target
/// only: where the file belongs, then its lines.
/// </summary>
internal static class GroupsFileEmitter
{
    public static bool IsAskedFor(AnalyzerConfigOptions options) =>
        options.TryGetValue("build_property.LayerDecayGenUpdateGroups", out var asked) && asked == "true";

    public static string HintName(LayoutModel model) => model.HintName.Substring(0, model.HintName.Length - ".g.cs".Length) + ".groups.cs";

    public static string Emit(LayoutModel model) =>
        "//" + model.GroupsPath + "\n//" + model.GroupsFile.TrimEnd('\n').Replace("\n", "\n//");
}
