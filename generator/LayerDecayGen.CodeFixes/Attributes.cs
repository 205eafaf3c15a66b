using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

internal static class Attributes
{
    /// <summary>Puts an attribute before a member, on the member's own line as the vocabulary is usually written.</summary>
    /// <param name="member">A field or property.</param>
    /// <param name="text">What stands between the brackets, a target included.</param>
    public static MemberDeclarationSyntax Put(MemberDeclarationSyntax member, string text)
    {
        var list = Parse(text).WithTrailingTrivia(SyntaxFactory.Space);
        var bare = member.WithLeadingTrivia();
        return bare.WithAttributeLists(bare.AttributeLists.Insert(0, list)).WithLeadingTrivia(member.GetLeadingTrivia());
    }

    /// <summary>What stands between brackets, parsed.</summary>
    public static AttributeListSyntax Parse(string text) => SyntaxFactory.ParseMemberDeclaration($"[{text}] int x;")!.AttributeLists[0];
}
