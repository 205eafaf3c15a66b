using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// What the initializers and constructors of a class, and the methods of it that these call, assign to its members: the type really held
/// where the declared one says nothing, and whether a member may stay null. Read from statements; only names of types are bound, never a
/// body.
/// </summary>
internal sealed class Construction
{
    private readonly Dictionary<string, List<ExpressionSyntax>> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SyntaxNode>> _given = new(StringComparer.Ordinal);
    private readonly HelperMethods _helpers = new();
    private readonly HashSet<MethodDeclarationSyntax> _entered = [];
    private readonly HashSet<MethodDeclarationSyntax> _typing = [];
    private HashSet<string>? _set;
    private readonly INamedTypeSymbol _type;
    private readonly Compilation _compilation;
    private readonly NameScopes _scopes;

    private Construction(INamedTypeSymbol type, Compilation compilation, NameScopes scopes) =>
        (_type, _compilation, _scopes) = (type, compilation, scopes);

    public static Construction Of(INamedTypeSymbol type, Compilation compilation, NameScopes scopes, CancellationToken cancellation)
    {
        var construction = new Construction(type, compilation, scopes);
        foreach (var reference in type.DeclaringSyntaxReferences)
            if (reference.GetSyntax(cancellation) is TypeDeclarationSyntax declaration)
                construction._helpers.Add(declaration);
        foreach (var reference in type.DeclaringSyntaxReferences)
            if (reference.GetSyntax(cancellation) is TypeDeclarationSyntax declaration)
                construction.Read(declaration);
        return construction;
    }

    /// <summary>The type assigned to a member; null where none, several or an unknown one is.</summary>
    public ITypeSymbol? TypeOf(string member)
    {
        if (!_values.TryGetValue(member, out var values)) return null;
        var type = TypeOf(values[0]);
        for (var i = 1; i < values.Count && type is not null; i++)
            if (!SymbolEqualityComparer.Default.Equals(type, TypeOf(values[i])))
                return null;
        return type;
    }

    /// <summary>Whether some path through the constructors leaves the member null.</summary>
    public bool MayStayNull(string member) => _values.ContainsKey(member) && _set is not null && !_set.Contains(member);

    /// <summary>
    /// The classes of the user's that a container is given, in its construction, by <c>Add</c> or <c>append</c>, or through a local list;
    /// null for none.
    /// </summary>
    public IReadOnlyList<ITypeSymbol> ElementsOf(string member)
    {
        var types = new List<ITypeSymbol>();
        Gather(member, types, new HashSet<string>(StringComparer.Ordinal));
        return types;
    }

    private void Read(TypeDeclarationSyntax declaration)
    {
        var initialized = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in declaration.Members)
        {
            if (member is FieldDeclarationSyntax field)
                foreach (var variable in field.Declaration.Variables)
                    Assign(variable.Identifier.ValueText, variable.Initializer?.Value, initialized);
            else if (member is PropertyDeclarationSyntax property)
                Assign(property.Identifier.ValueText, property.Initializer?.Value, initialized);
        }

        foreach (var member in declaration.Members)
            if (member is ConstructorDeclarationSyntax constructor && !constructor.Modifiers.Any(SyntaxKind.StaticKeyword))
                Read(constructor, new HashSet<string>(initialized, StringComparer.Ordinal));
        _set ??= initialized;
    }

    private void Read(ConstructorDeclarationSyntax constructor, HashSet<string> initialized)
    {
        HashSet<string>? set = initialized;
        if (constructor.Body is { } body) set = Flow(body, set);
        else if (constructor.ExpressionBody is { } arrow) Assign(arrow.Expression, set);
        // What this(...) sets is counted where it is written.
        if (constructor.Initializer is not { RawKind: (int)SyntaxKind.ThisConstructorInitializer }) _set = Meet(_set, set);
    }

    /// <summary>The members set for certain after a statement, given those before it; null where the end is not reached.</summary>
    private HashSet<string>? Flow(StatementSyntax? statement, HashSet<string>? set)
    {
        if (set is null) return null;
        switch (statement)
        {
            case BlockSyntax block:
                foreach (var inner in block.Statements) set = Flow(inner, set);
                return set;
            case ExpressionStatementSyntax expression:
                Assign(expression.Expression, set);
                return set;
            case LocalDeclarationStatementSyntax local:
                foreach (var variable in local.Declaration.Variables)
                    if (variable.Initializer is { } initializer)
                        Note(_given, variable.Identifier.ValueText, initializer.Value);
                return set;
            case IfStatementSyntax choice:
                var then = Flow(choice.Statement, Copy(set));
                return Meet(then, choice.Else is null ? set : Flow(choice.Else.Statement, Copy(set)));
            case SwitchStatementSyntax choice: return Flow(choice, set);
            case ForStatementSyntax loop: return Meet(Flow(loop.Statement, Copy(set)), set);
            case WhileStatementSyntax loop: return Meet(Flow(loop.Statement, Copy(set)), set);
            case CommonForEachStatementSyntax loop: return Meet(Flow(loop.Statement, Copy(set)), set);
            case UsingStatementSyntax use: return Flow(use.Statement, set);
            case TryStatementSyntax attempt: return Flow(attempt.Block, set);
            case ThrowStatementSyntax: return null;
            default: return set;
        }
    }

    private HashSet<string>? Flow(SwitchStatementSyntax choice, HashSet<string> set)
    {
        HashSet<string>? after = null;
        var complete = false;
        foreach (var section in choice.Sections)
        {
            var inner = (HashSet<string>?)Copy(set);
            foreach (var label in section.Labels) complete |= label.IsKind(SyntaxKind.DefaultSwitchLabel);
            foreach (var statement in section.Statements) inner = Flow(statement, inner);
            after = Meet(after, inner);
        }

        return complete ? after : Meet(after, set);
    }

    private static HashSet<string> Copy(HashSet<string> set) => new(set, StringComparer.Ordinal);

    private static HashSet<string>? Meet(HashSet<string>? left, HashSet<string>? right)
    {
        if (left is null || right is null) return left ?? right;
        left.IntersectWith(right);
        return left;
    }

    private void Assign(ExpressionSyntax expression, HashSet<string> set)
    {
        if (expression is InvocationExpressionSyntax call)
        {
            if (Filled(call) is { } container) Note(_given, container, call.ArgumentList);
            else Enter(call, set);
        }

        if (expression is not AssignmentExpressionSyntax assignment) return;
        if (NameOf(assignment.Left) is { } name) Assign(name, assignment.Right, set);
        else if (assignment is { Left: TupleExpressionSyntax left, Right: TupleExpressionSyntax right } && left.Arguments.Count == right.Arguments.Count)
            for (var i = 0; i < left.Arguments.Count; i++)
                if (NameOf(left.Arguments[i].Expression) is { } target)
                    Assign(target, right.Arguments[i].Expression, set);
    }

    // A method that the constructor calls as a statement: what it assigns and fills counts as if it stood there.
    private void Enter(InvocationExpressionSyntax call, HashSet<string> set)
    {
        foreach (var method in _helpers.CalledBy(call))
        {
            for (var i = 0; i < call.ArgumentList.Arguments.Count && i < method.ParameterList.Parameters.Count; i++)
                if (NameOf(call.ArgumentList.Arguments[i].Expression) is { } container)
                    Note(_given, container, SyntaxFactory.IdentifierName(method.ParameterList.Parameters[i].Identifier));
            if (!_entered.Add(method)) continue;
            if (method.ExpressionBody is { } arrow) Assign(arrow.Expression, set);
            else if (Flow(method.Body, set) is { } after) set.UnionWith(after);
        }
    }

    /// <summary>The list that a call puts its arguments into; null for other calls.</summary>
    public static string? Filled(InvocationExpressionSyntax call) =>
        call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Add" or "AddRange" or "append" or "Append" or "Insert" } access
            ? NameOf(access.Expression)
            : null;

    /// <summary>The name of a variable, member or method of this instance.</summary>
    public static string? NameOf(ExpressionSyntax target) => target switch
    {
        IdentifierNameSyntax plain => plain.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } access => access.Name.Identifier.ValueText,
        _ => null,
    };

    private void Assign(string name, ExpressionSyntax? value, HashSet<string> set)
    {
        if (value is null) return;
        if (IsNull(value))
        {
            set.Remove(name);
            return;
        }

        Note(_given, name, value);
        Note(_values, name, value);
        if (value is ConditionalExpressionSyntax choice && (IsNull(choice.WhenTrue) || IsNull(choice.WhenFalse))) set.Remove(name);
        else set.Add(name);
    }

    // Only syntax is noted; types are bound when somebody asks, and for most classes nobody does.
    public static void Note<T>(Dictionary<string, List<T>> notes, string name, T value)
    {
        if (!notes.TryGetValue(name, out var list)) notes.Add(name, list = []);
        list.Add(value);
    }

    private void Gather(string name, List<ITypeSymbol> types, HashSet<string> visited)
    {
        if (!visited.Add(name) || !_given.TryGetValue(name, out var given)) return;
        foreach (var node in given) Gather(node, types, visited);
    }

    private void Gather(SyntaxNode node, List<ITypeSymbol> types, HashSet<string> visited)
    {
        if (node is ObjectCreationExpressionSyntax creation && Bind(creation.Type) is { } type && MemberReader.IsUserModule(type))
        {
            Add(type, types);
            return;
        }

        if (node is IdentifierNameSyntax name) Gather(name.Identifier.ValueText, types, visited);
        else if (node is InvocationExpressionSyntax call) GatherReturned(call, types, visited);
        foreach (var child in node.ChildNodes()) Gather(child, types, visited);
    }

    private void GatherReturned(InvocationExpressionSyntax call, List<ITypeSymbol> types, HashSet<string> visited)
    {
        foreach (var method in _helpers.CalledBy(call))
        {
            if (!visited.Add(method.Identifier.ValueText + "()" + method.ParameterList.Parameters.Count)) continue;
            if (Bind(method.ReturnType) is { } said && MemberReader.IsUserModule(said)) Add(said, types);
            else
                foreach (var value in HelperMethods.Returned(method))
                    Gather(value, types, visited);
        }
    }

    private static void Add(ITypeSymbol type, List<ITypeSymbol> types)
    {
        if (!Has(types, type)) types.Add(type);
    }

    private static bool Has(List<ITypeSymbol> types, ITypeSymbol type)
    {
        foreach (var known in types)
            if (SymbolEqualityComparer.Default.Equals(known, type))
                return true;
        return false;
    }

    private static bool IsNull(ExpressionSyntax value) => value switch
    {
        PostfixUnaryExpressionSyntax suppressed => IsNull(suppressed.Operand),
        DefaultExpressionSyntax => true,
        LiteralExpressionSyntax literal => literal.IsKind(SyntaxKind.NullLiteralExpression) || literal.IsKind(SyntaxKind.DefaultLiteralExpression),
        _ => false,
    };

    private ITypeSymbol? TypeOf(ExpressionSyntax value)
    {
        switch (value)
        {
            case ObjectCreationExpressionSyntax creation: return Bind(creation.Type);
            case CastExpressionSyntax cast: return TypeOf(cast.Expression);
            case ParenthesizedExpressionSyntax inner: return TypeOf(inner.Expression);
            case PostfixUnaryExpressionSyntax suppressed: return TypeOf(suppressed.Operand);
            case AssignmentExpressionSyntax chained: return TypeOf(chained.Right);
            case InvocationExpressionSyntax call: return TypeOf(call);
            case ConditionalExpressionSyntax choice:
                if (IsNull(choice.WhenTrue)) return TypeOf(choice.WhenFalse);
                var whenTrue = TypeOf(choice.WhenTrue);
                return IsNull(choice.WhenFalse) || SymbolEqualityComparer.Default.Equals(whenTrue, TypeOf(choice.WhenFalse)) ? whenTrue : null;
            default: return null;
        }
    }

    // Linear(...) is torch.nn.Linear(...), which makes a TorchSharp.Modules.Linear; a method of the class says what it returns.
    private ITypeSymbol? TypeOf(InvocationExpressionSyntax call)
    {
        var name = call.Expression switch
        {
            IdentifierNameSyntax plain => plain.Identifier.ValueText,
            MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nn" } } access => access.Name.Identifier.ValueText,
            MemberAccessExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "nn" } } access => access.Name.Identifier.ValueText,
            _ => null,
        };
        if (name is null) return null;
        for (var level = _type; level is not null && !TorchTypes.IsTorchSharp(level); level = level.BaseType)
            foreach (var member in level.GetMembers(name))
                return member is not IMethodSymbol { IsVirtual: false, IsOverride: false, IsAbstract: false } method ? null
                    : TorchTypes.IsOpaque(method.ReturnType) ? ReturnedBy(call) ?? method.ReturnType
                    : method.ReturnType;
        return _compilation.GetTypeByMetadataName("TorchSharp.Modules." + name);
    }

    private ITypeSymbol? ReturnedBy(InvocationExpressionSyntax call)
    {
        if (_helpers.CalledBy(call) is not [var method] || !_typing.Add(method)) return null;
        ITypeSymbol? type = null;
        foreach (var value in HelperMethods.Results(method))
        {
            var one = TypeOf(value);
            type = type is null || SymbolEqualityComparer.Default.Equals(type, one) ? one : null;
            if (type is null) break;
        }

        _typing.Remove(method);
        return type;
    }

    private ITypeSymbol Bind(TypeSyntax syntax) =>
        _scopes.Inside(syntax.FirstAncestorOrSelf<TypeDeclarationSyntax>()!, _type).TypeOf(syntax);
}
