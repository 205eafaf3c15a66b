using System.Buffers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace LayerDecayGen.Generator.Parser;

/// <summary>The names that a class gives in <c>register_module</c> and <c>register_parameter</c> calls, read from syntax.</summary>
internal sealed class Registrations
{
    private readonly Dictionary<string, string> _byMember = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private Registrations() { }

    /// <summary>Whether some call's name cannot be known before run time.</summary>
    public bool HasUnknown { get; private set; }

    /// <summary>Reads the calls of a class; null where there is none.</summary>
    public static Registrations? Of(INamedTypeSymbol type, CancellationToken cancellation)
    {
        Registrations? result = null;
        foreach (var reference in type.DeclaringSyntaxReferences)
        {
            if (!Mentions(reference.SyntaxTree.GetText(cancellation), reference.Span)) continue;
            result ??= new Registrations();
            foreach (var node in reference.GetSyntax(cancellation).DescendantNodes(static n => n is not AttributeListSyntax))
                if (node is InvocationExpressionSyntax call && IsRegistration(call))
                    result.Add(call, type);
        }

        return result;
    }

    /// <summary>The literal name of a member; null where no call gives one.</summary>
    public string? NameOf(string field, string member) =>
        _byMember.TryGetValue(field, out var name) || _byMember.TryGetValue(member, out name) ? name : null;

    /// <summary>Whether a call gives the name to some member.</summary>
    public bool IsTaken(string name) => _names.Contains(name);

    /// <summary>Whether some call registers the segment, itself or through an interpolated name with one hole.</summary>
    public bool Covers(string segment)
    {
        if (_names.Contains(segment)) return true;
        foreach (var name in _names)
        {
            var hole = name.IndexOf(NameNode.Hole, StringComparison.Ordinal);
            if (hole >= 0
                && segment.Length > name.Length - NameNode.Hole.Length
                && segment.StartsWith(name.Substring(0, hole), StringComparison.Ordinal)
                && segment.EndsWith(name.Substring(hole + NameNode.Hole.Length), StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    // Walking a class body makes syntax nodes; most classes never call register_*, and their text tells so for free.
    private static bool Mentions(SourceText text, TextSpan span)
    {
        var buffer = ArrayPool<char>.Shared.Rent(span.Length);
        text.CopyTo(span.Start, buffer, 0, span.Length);
        var found = buffer.AsSpan(0, span.Length).IndexOf("register_".AsSpan()) >= 0;
        ArrayPool<char>.Shared.Return(buffer);
        return found;
    }

    private static bool IsRegistration(InvocationExpressionSyntax call)
    {
        var name = call.Expression switch
        {
            IdentifierNameSyntax plain => plain.Identifier.ValueText,
            MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax or BaseExpressionSyntax } access => access.Name.Identifier.ValueText,
            _ => "",
        };
        return name is "register_module" or "register_parameter" && call.ArgumentList.Arguments.Count >= 2;
    }

    private void Add(InvocationExpressionSyntax call, INamedTypeSymbol type)
    {
        var arguments = call.ArgumentList.Arguments;
        if (Text(arguments[0].Expression, type) is not { } name)
        {
            HasUnknown = true;
            return;
        }

        _names.Add(name);
        if (Target(arguments[1].Expression) is { } member && !_byMember.ContainsKey(member)) _byMember.Add(member, name);
    }

    private static string? Text(ExpressionSyntax expression, INamedTypeSymbol type) => expression switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => literal.Token.ValueText,
        InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" }, ArgumentList.Arguments: [var argument] } =>
            Target(argument.Expression),
        IdentifierNameSyntax constant => Constant(type, constant.Identifier.ValueText),
        InterpolatedStringExpressionSyntax interpolated => Template(interpolated),
        _ => null,
    };

    private static string? Constant(INamedTypeSymbol type, string name)
    {
        foreach (var symbol in type.GetMembers(name))
            if (symbol is IFieldSymbol { ConstantValue: string value })
                return value;
        return null;
    }

    private static string? Template(InterpolatedStringExpressionSyntax interpolated)
    {
        var text = "";
        var holes = 0;
        foreach (var content in interpolated.Contents)
        {
            if (content is InterpolatedStringTextSyntax literal) text += literal.TextToken.ValueText;
            else if (++holes == 1) text += "{}";
        }

        return holes < 2 ? text : null;
    }

    private static string? Target(ExpressionSyntax expression) => expression switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } suppressed => Target(suppressed.Operand),
        AssignmentExpressionSyntax assignment => Target(assignment.Left),
        _ => null,
    };
}
