using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace LayerDecayGen.Generator.Tests.Review;

/// <summary>A groups file as the compiler hands it to analyzers.</summary>
internal sealed class GroupsFileText(string path, string text) : AdditionalText
{
    public override string Path => path;

    public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
}
