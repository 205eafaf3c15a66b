using System.Buffers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace LayerDecayGen.Generator.Reading;

/// <content>The names that a class gives in <c>register_module</c>, <c>register_parameter</c> and their kin.</content>
internal sealed partial class ClassBody
{
    public const string RegisterComponents = "RegisterComponents";

    public static bool IsNamedRegistration(string method) =>
        method is "register_module" or "add_module" or "register_parameter" or "ConditionallyRegisterParameter";

    internal sealed class Registrations
    {
        private readonly ClassBody _body;
        private readonly Dictionary<string, string> _byMember = new(StringComparer.Ordinal);
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private readonly HashSet<string> _members = new(StringComparer.Ordinal);

        private Registrations(ClassBody body) => _body = body;

        /// <summary>Whether some call's name cannot be known before run time.</summary>
        public bool HasUnknown { get; private set; }

        /// <summary>Reads the calls of a class; null where there is none.</summary>
        public static Registrations? Of(ClassBody body)
        {
            Registrations? result = null;
            foreach (var declaration in body._declarations)
            {
                if (!Mentions(declaration.SyntaxTree.GetText(), declaration.Span)) continue;
                result ??= new Registrations(body);
                foreach (var node in declaration.DescendantNodes(n => n is not AttributeListSyntax && (n == declaration || n is not BaseTypeDeclarationSyntax)))
                    if (node is InvocationExpressionSyntax call && IsRegistration(call))
                        result.Add(call);
            }

            return result;
        }

        /// <summary>The literal name of a member; null where no call gives one.</summary>
        public string? NameOf(string field, string member) =>
            _byMember.TryGetValue(field, out var name) || _byMember.TryGetValue(member, out name) ? name : null;

        /// <summary>Whether a call gives the name to some member.</summary>
        public bool IsTaken(string name) => _names.Contains(name);

        /// <summary>Whether a call hands over the member, whatever the name.</summary>
        public bool HandsOver(string member) => _members.Contains(member);

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

        // Walking a class body makes syntax nodes; most classes never register by hand, and their text tells so for free.
        private static bool Mentions(SourceText text, TextSpan span)
        {
            var buffer = ArrayPool<char>.Shared.Rent(span.Length);
            text.CopyTo(span.Start, buffer, 0, span.Length);
            var body = buffer.AsSpan(0, span.Length);
            var found = body.IndexOf("register_".AsSpan()) >= 0 || body.IndexOf("add_module".AsSpan()) >= 0
                || body.IndexOf("ConditionallyRegister".AsSpan()) >= 0;
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
            return IsNamedRegistration(name) && call.ArgumentList.Arguments.Count >= 2;
        }

        private void Add(InvocationExpressionSyntax call)
        {
            var arguments = call.ArgumentList.Arguments;
            var member = Target(arguments[1].Expression);
            if (member is not null) _members.Add(member);
            if (Text(arguments[0].Expression) is not { } name)
            {
                HasUnknown = true;
                return;
            }

            _names.Add(name);
            if (member is not null && !_byMember.ContainsKey(member)) _byMember.Add(member, name);
        }

        private string? Text(ExpressionSyntax expression) => expression switch
        {
            LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => literal.Token.ValueText,
            InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" }, ArgumentList.Arguments: [var argument] } =>
                Target(argument.Expression),
            IdentifierNameSyntax or MemberAccessExpressionSyntax => _body.ConstantOf(expression),
            InterpolatedStringExpressionSyntax interpolated => Template(interpolated),
            ParenthesizedExpressionSyntax inner => Text(inner.Expression),
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum => Text(sum.Left) is { } left && Text(sum.Right) is { } right ? left + right : null,
            _ => null,
        };

        private static string? Template(InterpolatedStringExpressionSyntax interpolated)
        {
            var text = "";
            var holes = 0;
            foreach (var content in interpolated.Contents)
            {
                if (content is InterpolatedStringTextSyntax literal) text += literal.TextToken.ValueText;
                else if (++holes == 1) text += NameNode.Hole;
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
}
