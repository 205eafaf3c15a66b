using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>
/// What other classes do about registration, read from their syntax alone: the names are distinctive, and binding the bodies of a whole
/// class hierarchy for each class of it would cost more than it could tell.
/// </summary>
internal static class RegistrationSyntax
{
    public const string RegisterComponents = "RegisterComponents";

    public static bool IsNamedRegistration(string method) =>
        method is "register_module" or "add_module" or "register_parameter" or "ConditionallyRegisterParameter";

    /// <summary>Whether the class hands the field to a registration by name.</summary>
    public static bool RegistersByHand(INamedTypeSymbol type, string field)
    {
        foreach (var node in OwnNodes(type)) {
            if (node is not InvocationExpressionSyntax { ArgumentList.Arguments: [_, var component, ..] } call) continue;
            var named = call.Expression switch {
                IdentifierNameSyntax method => IsNamedRegistration(method.Identifier.ValueText),
                MemberAccessExpressionSyntax { Name.Identifier.ValueText: var method } => IsNamedRegistration(method),
                _ => false,
            };
            if (named && component.Expression is IdentifierNameSyntax { Identifier.ValueText: var given } && given == field) return true;
        }

        return false;
    }

    /// <summary>Whether the class, nested types aside, calls or overrides RegisterComponents or registers anything by hand.</summary>
    public static bool MentionsRegistration(INamedTypeSymbol type) => Mentions(
        type, static name => name is RegisterComponents or "_internal_submodules" or "_internal_params" || IsNamedRegistration(name));

    public static bool MentionsRegisterComponents(INamedTypeSymbol type) => Mentions(type, static name => name is RegisterComponents);

    /// <summary>Whether the class or a base of it overrides RegisterComponents and so decides itself what is seen and when.</summary>
    public static bool OverridesRegisterComponents(INamedTypeSymbol type)
    {
        foreach (var current in Components.SourceChain(type)) {
            if (!current.GetMembers(RegisterComponents).IsEmpty) return true;
        }

        return false;
    }

    /// <summary>Whether the constructor has surely called RegisterComponents when it returns: unconditionally, and itself.</summary>
    public static bool ConstructorRegisters(IMethodSymbol constructor) => Registers(constructor, []);

    /// <summary>Whether all of the constructor's body happens after registration, because a constructor it calls first registers.</summary>
    public static bool InitializerRegisters(IMethodSymbol constructor, string keyword) => InitializerRegisters(constructor, keyword, []);

    /// <summary>Whether any way to construct the class ends with its components registered.</summary>
    public static bool RegistersInConstructor(INamedTypeSymbol type)
    {
        foreach (var constructor in type.InstanceConstructors) {
            if (ConstructorRegisters(constructor.OriginalDefinition)) return true;
        }

        return false;
    }

    /// <summary>Whether the method is called by name in a constructor, or by a method that is, anywhere in the hierarchy.</summary>
    public static bool BelongsToConstruction(string method, INamedTypeSymbol type)
    {
        var pending = new Queue<SyntaxNode>();
        var bodies = new Dictionary<string, List<SyntaxNode>>();
        foreach (var current in Components.SourceChain(type)) CollectBodies(current, pending, bodies);
        while (pending.Count > 0) {
            foreach (var node in pending.Dequeue().DescendantNodes()) {
                if (node is not IdentifierNameSyntax { Identifier.ValueText: var name }) continue;
                if (name == method) return true;
                if (!bodies.TryGetValue(name, out var called)) continue;
                bodies.Remove(name);
                called.ForEach(pending.Enqueue);
            }
        }

        return false;
    }

    /// <summary>The syntax of a class without that of the types nested in it.</summary>
    public static IEnumerable<SyntaxNode> OwnNodes(INamedTypeSymbol type)
    {
        foreach (var reference in type.DeclaringSyntaxReferences) {
            var declaration = reference.GetSyntax();
            foreach (var node in declaration.DescendantNodes(node => node == declaration || node is not BaseTypeDeclarationSyntax))
                yield return node;
        }
    }

    private static void CollectBodies(INamedTypeSymbol type, Queue<SyntaxNode> constructors, Dictionary<string, List<SyntaxNode>> methods)
    {
        foreach (var node in OwnNodes(type)) {
            if (node is ConstructorDeclarationSyntax) constructors.Enqueue(node);
            var name = node switch {
                MethodDeclarationSyntax method => method.Identifier.ValueText,
                PropertyDeclarationSyntax property => property.Identifier.ValueText,
                _ => null,
            };
            if (name is null) continue;
            if (!methods.TryGetValue(name, out var bodies)) methods.Add(name, bodies = []);
            bodies.Add(node);
        }
    }

    private static bool Mentions(INamedTypeSymbol type, Func<string, bool> isWanted)
    {
        foreach (var node in OwnNodes(type)) {
            if (node is IdentifierNameSyntax { Identifier.ValueText: var name } && isWanted(name)) return true;
            if (node is MethodDeclarationSyntax { Identifier.ValueText: var method } && isWanted(method)) return true;
        }

        return false;
    }

    private static ConstructorDeclarationSyntax? Declaration(IMethodSymbol constructor) =>
        constructor.DeclaringSyntaxReferences.Length == 0
            ? null
            : constructor.DeclaringSyntaxReferences[0].GetSyntax() as ConstructorDeclarationSyntax;

    // Constructors are told apart by their number of arguments alone, so the search may come back to where it was.
    private static bool Registers(IMethodSymbol constructor, HashSet<string> seen)
    {
        if (!seen.Add(constructor.ToDisplayString())) return false;
        if (Declaration(constructor) is not { } declaration) return BaseConstructorsRegister(constructor.ContainingType, 0, seen);
        return declaration.ExpressionBody is { Expression: var expression } && IsRegisterComponents(expression)
            || declaration.Body is { } body && RegistersUnconditionally(body)
            || InitializerRegisters(constructor, "this", seen)
            || InitializerRegisters(constructor, "base", seen);
    }

    private static bool InitializerRegisters(IMethodSymbol constructor, string keyword, HashSet<string> seen)
    {
        if (Declaration(constructor) is not { } declaration) return false;
        if ((declaration.Initializer?.ThisOrBaseKeyword.ValueText ?? "base") != keyword) return false;
        var count = declaration.Initializer?.ArgumentList.Arguments.Count ?? 0;
        return keyword == "this"
            ? AllRegister(constructor.ContainingType, count, except: constructor, seen)
            : BaseConstructorsRegister(constructor.ContainingType, count, seen);
    }

    private static bool BaseConstructorsRegister(INamedTypeSymbol type, int argumentCount, HashSet<string> seen) =>
        type.BaseType is { DeclaringSyntaxReferences.Length: > 0 } baseType
        && AllRegister(baseType.OriginalDefinition, argumentCount, except: null, seen);

    private static bool AllRegister(INamedTypeSymbol type, int argumentCount, IMethodSymbol? except, HashSet<string> seen)
    {
        var any = false;
        foreach (var constructor in type.InstanceConstructors) {
            if (SymbolEqualityComparer.Default.Equals(constructor, except) || !Accepts(constructor, argumentCount)) continue;
            if (!Registers(constructor, seen)) return false;
            any = true;
        }

        return any;
    }

    private static bool Accepts(IMethodSymbol constructor, int argumentCount)
    {
        var required = 0;
        var open = false;
        foreach (var parameter in constructor.Parameters) {
            open |= parameter.IsParams;
            if (!parameter.IsOptional && !parameter.IsParams) required++;
        }

        return required <= argumentCount && (open || argumentCount <= constructor.Parameters.Length);
    }

    private static bool RegistersUnconditionally(SyntaxNode block)
    {
        foreach (var child in block.ChildNodes()) {
            if (child is ExpressionStatementSyntax { Expression: var expression } && IsRegisterComponents(expression)) return true;
            if (child is (BlockSyntax or UsingStatementSyntax or TryStatementSyntax) && RegistersUnconditionally(child)) return true;
        }

        return false;
    }

    private static bool IsRegisterComponents(ExpressionSyntax expression) => expression is InvocationExpressionSyntax call
        && call.Expression is IdentifierNameSyntax { Identifier.ValueText: RegisterComponents }
            or MemberAccessExpressionSyntax {
                Expression: ThisExpressionSyntax or BaseExpressionSyntax, Name.Identifier.ValueText: RegisterComponents };
}
