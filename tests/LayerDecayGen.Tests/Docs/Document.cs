using System.Reflection;
using System.Text.RegularExpressions;

namespace LayerDecayGen.Tests.Docs;

/// <summary>A Markdown file of the repository.</summary>
/// <param name="Path">The path from the repository's root, with '/'.</param>
/// <param name="Text">The whole text.</param>
public sealed partial record Document(string Path, string Text)
{
    public static readonly string Root =
        typeof(Document).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public static IReadOnlyList<Document> All { get; } =
    [
        .. Directory.EnumerateFiles(Root, "*.md", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(path => !NoDocument().IsMatch(path))
            .Order(StringComparer.Ordinal)
            .Select(path => new Document(path, File.ReadAllText(System.IO.Path.Combine(Root, path)))),
    ];

    /// <summary>Targets of links outside code.</summary>
    public IEnumerable<string> Links => Link().Matches(CodeBlock().Replace(Text, "")).Select(m => m.Groups[1].Value);

    /// <summary>The anchors that its headings make.</summary>
    public IReadOnlySet<string> Anchors =>
        Heading().Matches(CodeBlock().Replace(Text, "")).Select(m => NotInAnchor().Replace(m.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-')).ToHashSet();

    /// <summary>Code blocks, and the hidden ones: comments that begin with a language and make visible code complete.</summary>
    public IEnumerable<CodeBlock> Blocks => CodeBlock().Matches(Text).Select(m => m.Groups["hidden"].Success
        ? new CodeBlock(m.Groups["hidden"].Value, m.Groups["text"].Value, IsHidden: true)
        : new CodeBlock(m.Groups["language"].Value, m.Groups["code"].Value, IsHidden: false));

    public static Document At(string path) => All.Single(d => d.Path == path);

    public override string ToString() => Path;

    // Output folders, forms to fill in, and the release tracking of analyzers, whose format is the compiler's.
    [GeneratedRegex(@"(^|/)((bin|obj|out|\.git|\.github|artifacts)/|AnalyzerReleases)")]
    private static partial Regex NoDocument();

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<code>.*?)^```|^<!-- (?<hidden>csharp|more)\n(?<text>.*?)-->", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}

/// <summary>A block of a document.</summary>
/// <param name="Language">The language; of a hidden block <c>csharp</c> (begins a program) or <c>more</c> (goes on).</param>
/// <param name="Text">What stands in the block.</param>
/// <param name="IsHidden">Whether readers do not see it.</param>
public sealed record CodeBlock(string Language, string Text, bool IsHidden);
