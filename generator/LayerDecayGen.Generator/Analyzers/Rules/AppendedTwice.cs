using System.Linq;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>
/// LDG049: one instance with parameters put into a container more than once, in one call, by two calls, or by a call in a loop. What owns
/// no parameters (an activation, a dropout) may be shared.
/// </summary>
internal static class AppendedTwice
{
    public static void Check(ModuleFacts facts, Action<Diagnostic> report)
    {
        var seen = new List<(ISymbol Variable, Fill Fill)>();
        foreach (var fill in facts.Fills.OrderBy(static fill => fill.Syntax.SpanStart))
        {
            if (ContainerOf(fill, facts) is not { } container || !KeptContainers.IsKept(fill)) continue;
            foreach (var element in fill.Elements)
            {
                if (TorchTypes.IsOpaque(element.Type) || !Components.MayOwnParameters(element.Type)) continue;
                if (Repeat(element) || Operations.VariableOf(element) is { } variable && IsSeen(variable, fill, seen))
                {
                    report(Diagnostic.Create(
                        RegistrationDiagnostics.AppendedTwice, element.Syntax.GetLocation(), element.Syntax.ToString(), container));
                }
            }
        }
    }

    private static bool IsSeen(ISymbol variable, Fill fill, List<(ISymbol Variable, Fill Fill)> seen)
    {
        var again = IsInLoopOutsideOf(variable, fill.Syntax) || seen.Exists(earlier =>
            SymbolEqualityComparer.Default.Equals(earlier.Variable, variable)
            && SymbolEqualityComparer.Default.Equals(earlier.Fill.Where, fill.Where)
            && (earlier.Fill == fill
                || IsSameContainer(earlier.Fill, fill) && RunsBeforeUnchanged(earlier.Fill.Syntax, fill.Syntax, variable)));
        seen.Add((variable, fill));
        return again;
    }

    private static bool IsSameContainer(Fill earlier, Fill later) =>
        earlier.Receiver is not null && SymbolEqualityComparer.Default.Equals(earlier.Receiver, later.Receiver);

    /// <summary>The kind of container that gets the elements: at once, or through a collection that is handed to it.</summary>
    private static string? ContainerOf(Fill fill, ModuleFacts facts)
    {
        if (fill.Container is { } container) return container.Name;
        if (fill.Receiver is not { } collection) return null;
        return facts.Fills.FirstOrDefault(other => other.Container is not null && other.Elements.Any(element =>
            SymbolEqualityComparer.Default.Equals(Operations.VariableOf(element), collection)))?.Container?.Name;
    }

    private static bool IsInLoopOutsideOf(ISymbol variable, SyntaxNode call)
    {
        for (var node = call.Parent; node is not null and not MemberDeclarationSyntax; node = node.Parent)
        {
            if (!Repeats(node, call)) continue;
            return !Declares(node, variable) && !Assigns(node, node.Span.Start, node.Span.End, variable);
        }

        return false;
    }

    // The header of a foreach and the initializer of a for run once.
    private static bool Repeats(SyntaxNode node, SyntaxNode call) => node switch
    {
        ForEachStatementSyntax loop => loop.Statement.Span.Contains(call.Span),
        ForStatementSyntax loop => loop.Statement.Span.Contains(call.Span) || loop.Incrementors.Span.Contains(call.Span),
        WhileStatementSyntax or DoStatementSyntax => true,
        _ => false,
    };

    private static bool Declares(SyntaxNode loop, ISymbol variable)
    {
        foreach (var location in variable.Locations)
        {
            if (location.SourceTree == loop.SyntaxTree && loop.Span.Contains(location.SourceSpan)) return true;
        }

        return false;
    }

    private static bool RunsBeforeUnchanged(SyntaxNode first, SyntaxNode second, ISymbol variable) =>
        Operations.RunsBefore(first, second)
        && first.FirstAncestorOrSelf<MemberDeclarationSyntax>() is { } member
        && !Assigns(member, first.Span.End, second.SpanStart, variable);

    private static bool Assigns(SyntaxNode scope, int start, int end, ISymbol variable)
    {
        foreach (var node in scope.DescendantNodes())
        {
            if (node.SpanStart < start || node.Span.End > end || node is not AssignmentExpressionSyntax { Left: var left }) continue;
            if (left.ToString() is var text && (text == variable.Name || text == "this." + variable.Name)) return true;
        }

        return false;
    }

    /// <summary><c>Enumerable.Repeat(new Block(), 12)</c> is twelve times the same block.</summary>
    private static bool Repeat(IOperation element) =>
        element.Parent is IArgumentOperation or IConversionOperation
        && Argument(element) is { Parent: IInvocationOperation { TargetMethod: { Name: "Repeat", ContainingType.Name: "Enumerable" } } };

    private static IArgumentOperation? Argument(IOperation element)
    {
        IOperation? current = element;
        while (current is not null and not IArgumentOperation) current = current.Parent;
        return current as IArgumentOperation;
    }
}
