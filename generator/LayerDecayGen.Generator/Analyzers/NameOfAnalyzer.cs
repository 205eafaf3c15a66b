using System.Collections.Immutable;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>LDG029: a member of the same class named in quotes, where <c>nameof</c> would follow a rename.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NameOfAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The property of the diagnostic that says what stands in <c>nameof</c>.</summary>
    public const string Member = nameof(Member);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        ImmutableArray.Create(ParameterDiagnostics.CouldBeNameOf);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName("LayerDecayGen.LayerMemberAttribute") is not { } vocabulary) return;
            start.RegisterSyntaxNodeAction(node => Check(node, vocabulary), SyntaxKind.AttributeArgument);
        });
    }

    private static void Check(SyntaxNodeAnalysisContext context, INamedTypeSymbol vocabulary)
    {
        var argument = (AttributeArgumentSyntax)context.Node;
        if (argument.Expression is not LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression } literal) return;
        if (!SyntaxFacts.IsValidIdentifier(literal.Token.ValueText)) return;
        var attribute = argument.FirstAncestorOrSelf<AttributeSyntax>()!;
        if (context.SemanticModel.GetSymbolInfo(attribute, context.CancellationToken).Symbol is not IMethodSymbol constructor) return;
        if (!SymbolEqualityComparer.Default.Equals(constructor.ContainingType.BaseType, vocabulary)) return;
        if (attribute.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } declaration) return;
        if (context.SemanticModel.GetDeclaredSymbol(declaration, context.CancellationToken) is not { IsGenericType: false } type) return;
        if (MemberNamed(literal.Token.ValueText, type, context.Compilation, isMethod: argument.NameEquals is not null) is not { } member)
            return;
        // The members of a class are not in scope in the attributes of the class itself.
        var name = attribute.Parent?.Parent == declaration ? $"{type.Name}.{member.Name}" : member.Name;
        context.ReportDiagnostic(Diagnostic.Create(
            ParameterDiagnostics.CouldBeNameOf, literal.GetLocation(), ImmutableDictionary<string, string?>.Empty.Add(Member, name),
            literal.Token.ValueText, name));
    }

    /// <summary>A path names what is registered, so a member counts only where its name in source is the registered one.</summary>
    private static ISymbol? MemberNamed(string name, INamedTypeSymbol type, Compilation compilation, bool isMethod)
    {
        for (INamedTypeSymbol? current = type; current is not null && !TorchTypes.IsTorchSharp(current); current = current.BaseType)
        {
            foreach (var member in current.GetMembers(name))
            {
                var fits = isMethod ? member is IMethodSymbol : member is IFieldSymbol field && TorchTypes.RegisteredName(field) == name;
                if (fits && compilation.IsSymbolAccessibleWithin(member, type)) return member;
            }
        }

        return null;
    }
}
