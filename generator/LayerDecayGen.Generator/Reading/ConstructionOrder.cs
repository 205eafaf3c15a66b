using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Reading;

/// <summary>When the components of a class are registered: by which constructors, and what runs as part of construction.</summary>
internal sealed class ConstructionOrder(ClassBodies bodies)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<INamedTypeSymbol, (bool Registers, HashSet<string> Names)> _facts =
        new(SymbolEqualityComparer.Default);

    private readonly System.Collections.Concurrent.ConcurrentDictionary<(IMethodSymbol Constructor, string Keyword), bool> _initializers = new();

    /// <summary>Whether all of the constructor's body runs after registration, because a constructor that it calls first registers.</summary>
    /// <param name="constructor">A constructor in source.</param>
    /// <param name="keyword"><c>this</c> or <c>base</c>: which constructor it calls.</param>
    public bool InitializerRegisters(IMethodSymbol constructor, string keyword) =>
        _initializers.GetOrAdd((constructor, keyword), key => InitializerRegisters(key.Constructor, key.Keyword, Fresh()));

    /// <summary>Whether any way to construct the class ends with its components registered.</summary>
    public bool RegistersInConstructor(INamedTypeSymbol type) => FactsOf(type).Registers;

    /// <summary>Whether a method is called by name in a constructor, or by a method that is, anywhere in the hierarchy.</summary>
    public bool BelongsToConstruction(string method, INamedTypeSymbol type) => FactsOf(type).Names.Contains(method);

    private (bool Registers, HashSet<string> Names) FactsOf(INamedTypeSymbol type) => _facts.GetOrAdd(type, t =>
    {
        var registers = false;
        foreach (var constructor in t.InstanceConstructors) registers |= Registers(constructor.OriginalDefinition, Fresh());
        return (registers, NamesInConstruction(t));
    });

    private HashSet<string> NamesInConstruction(INamedTypeSymbol type)
    {
        var pending = new Queue<SyntaxNode>();
        var bodiesByName = new Dictionary<string, List<SyntaxNode>>();
        foreach (var body in bodies.ChainOf(type)) CollectBodies(body, pending, bodiesByName);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (pending.Count > 0)
        {
            foreach (var node in pending.Dequeue().DescendantNodes())
            {
                if (node is not IdentifierNameSyntax { Identifier.ValueText: var name } || !names.Add(name)) continue;
                if (!bodiesByName.TryGetValue(name, out var called)) continue;
                bodiesByName.Remove(name);
                called.ForEach(pending.Enqueue);
            }
        }

        return names;
    }

    private static void CollectBodies(ClassBody body, Queue<SyntaxNode> constructors, Dictionary<string, List<SyntaxNode>> methods)
    {
        foreach (var node in body.OwnNodes())
        {
            if (node is ConstructorDeclarationSyntax) constructors.Enqueue(node);
            var name = node switch
            {
                MethodDeclarationSyntax method => method.Identifier.ValueText,
                PropertyDeclarationSyntax property => property.Identifier.ValueText,
                _ => null,
            };
            if (name is null) continue;
            if (!methods.TryGetValue(name, out var list)) methods.Add(name, list = []);
            list.Add(node);
        }
    }

    private static HashSet<ISymbol> Fresh() => new(SymbolEqualityComparer.Default);

    private static ConstructorDeclarationSyntax? Declaration(IMethodSymbol constructor) =>
        constructor.DeclaringSyntaxReferences.Length == 0 ? null : constructor.DeclaringSyntaxReferences[0].GetSyntax() as ConstructorDeclarationSyntax;

    // Constructors are told apart by their number of arguments alone, so the search may come back to where it was.
    private static bool Registers(IMethodSymbol constructor, HashSet<ISymbol> seen)
    {
        if (!seen.Add(constructor)) return false;
        if (Declaration(constructor) is not { } declaration) return BaseConstructorsRegister(constructor.ContainingType, 0, seen);
        return (declaration.ExpressionBody is { Expression: var expression } && IsRegisterComponents(expression))
            || (declaration.Body is { } body && RegistersUnconditionally(body))
            || InitializerRegisters(constructor, "this", seen)
            || InitializerRegisters(constructor, "base", seen);
    }

    private static bool InitializerRegisters(IMethodSymbol constructor, string keyword, HashSet<ISymbol> seen)
    {
        if (Declaration(constructor) is not { } declaration) return false;
        if ((declaration.Initializer?.ThisOrBaseKeyword.ValueText ?? "base") != keyword) return false;
        var count = declaration.Initializer?.ArgumentList.Arguments.Count ?? 0;
        return keyword == "this"
            ? AllRegister(constructor.ContainingType, count, except: constructor, seen)
            : BaseConstructorsRegister(constructor.ContainingType, count, seen);
    }

    private static bool BaseConstructorsRegister(INamedTypeSymbol type, int argumentCount, HashSet<ISymbol> seen) =>
        type.BaseType is { DeclaringSyntaxReferences.Length: > 0 } baseType
        && AllRegister(baseType.OriginalDefinition, argumentCount, except: null, seen);

    private static bool AllRegister(INamedTypeSymbol type, int argumentCount, IMethodSymbol? except, HashSet<ISymbol> seen)
    {
        var any = false;
        foreach (var constructor in type.InstanceConstructors)
        {
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
        foreach (var parameter in constructor.Parameters)
        {
            open |= parameter.IsParams;
            if (!parameter.IsOptional && !parameter.IsParams) required++;
        }

        return required <= argumentCount && (open || argumentCount <= constructor.Parameters.Length);
    }

    private static bool RegistersUnconditionally(SyntaxNode block)
    {
        foreach (var child in block.ChildNodes())
        {
            if (child is ExpressionStatementSyntax { Expression: var expression } && IsRegisterComponents(expression)) return true;
            if (child is (BlockSyntax or UsingStatementSyntax or TryStatementSyntax) && RegistersUnconditionally(child)) return true;
        }

        return false;
    }

    private static bool IsRegisterComponents(ExpressionSyntax expression) => expression is InvocationExpressionSyntax call
        && call.Expression is IdentifierNameSyntax { Identifier.ValueText: ClassBody.RegisterComponents }
            or MemberAccessExpressionSyntax
        {
            Expression: ThisExpressionSyntax or BaseExpressionSyntax,
            Name.Identifier.ValueText: ClassBody.RegisterComponents,
        };
}
