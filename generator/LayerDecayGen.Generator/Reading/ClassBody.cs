using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Reading;

/// <summary>
/// What the code of one class does with its components: constructors, registration calls, helper methods and fills of lists. Read from
/// syntax; only names of types and constants are bound, never a body. Generator and analyzers read class bodies here and nowhere else.
/// </summary>
internal sealed partial class ClassBody
{
    private readonly INamedTypeSymbol _type;
    private readonly Compilation _compilation;
    private readonly List<TypeDeclarationSyntax> _declarations = [];
    private readonly Lazy<HashSet<string>> _names;
    private readonly Lazy<Dictionary<string, List<MethodDeclarationSyntax>>> _helpers;
    private readonly Lazy<Registrations?> _registrations;
    private readonly Lazy<Assignments> _assignments;
    private readonly Lazy<HashSet<string>> _assignedNames;

    public ClassBody(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
    {
        (_type, _compilation) = (type, compilation);
        foreach (var reference in type.DeclaringSyntaxReferences)
            if (reference.GetSyntax(cancellation) is TypeDeclarationSyntax declaration)
                _declarations.Add(declaration);
        _names = new(ReadNames, LazyThreadSafetyMode.PublicationOnly);
        _helpers = new(ReadHelpers, LazyThreadSafetyMode.PublicationOnly);
        _registrations = new(() => Registrations.Of(this), LazyThreadSafetyMode.PublicationOnly);
        _assignments = new(() => new Assignments(this), LazyThreadSafetyMode.PublicationOnly);
        _assignedNames = new(ReadAssignedNames, LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>The class.</summary>
    public INamedTypeSymbol Type => _type;

    /// <summary>The names that the class gives in registration calls; null where it makes none.</summary>
    public Registrations? Registered => _registrations.Value;

    /// <summary>Every identifier in the class, nested types aside.</summary>
    public HashSet<string> Names => _names.Value;

    /// <summary>Whether the class calls or overrides RegisterComponents or registers anything by hand.</summary>
    public bool MentionsRegistration =>
        MentionsRegisterComponents || Names.Contains("_internal_submodules") || Names.Contains("_internal_params")
        || Names.Contains("register_module") || Names.Contains("add_module") || Names.Contains("register_parameter")
        || Names.Contains("ConditionallyRegisterParameter");

    public bool MentionsRegisterComponents => Names.Contains(RegisterComponents);

    /// <summary>The syntax of the class without that of the types nested in it.</summary>
    public IEnumerable<SyntaxNode> OwnNodes()
    {
        foreach (var declaration in _declarations)
            foreach (var node in declaration.DescendantNodes(node => node == declaration || node is not BaseTypeDeclarationSyntax))
                yield return node;
    }

    /// <summary>The types that a member may hold by what constructors and helper methods assign to it; empty where one is unknown.</summary>
    public IReadOnlyList<ITypeSymbol> TypesOf(string member) => _assignments.Value.TypesOf(member);

    /// <summary>The classes of the user's that a container is given, in its construction, by <c>Add</c> or through a local list.</summary>
    public IReadOnlyList<ITypeSymbol> ElementsOf(string member) => _assignments.Value.ElementsOf(member);

    /// <summary>Whether some path through the constructors leaves the member null.</summary>
    public bool MayStayNull(string member) => _assignments.Value.MayStayNull(member);

    /// <summary>Whether nothing in the class gives the member a value.</summary>
    public bool NeverAssigns(string member) => !_assignedNames.Value.Contains(member);

    private HashSet<string> ReadNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in OwnNodes())
            if (node is SimpleNameSyntax name) names.Add(name.Identifier.ValueText);
            else if (node is MethodDeclarationSyntax method) names.Add(method.Identifier.ValueText);
        return names;
    }

    // Everything that can give a field a value: an initializer, an assignment, a tuple, an argument by reference.
    private HashSet<string> ReadAssignedNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in OwnNodes())
        {
            if (node is VariableDeclaratorSyntax { Initializer: not null } variable) names.Add(variable.Identifier.ValueText);
            else if (node is PropertyDeclarationSyntax { Initializer: not null } property) names.Add(property.Identifier.ValueText);
            else if (node is AssignmentExpressionSyntax assignment) AddTargets(assignment.Left, names);
            else if (node is ArgumentSyntax { RefOrOutKeyword.RawKind: not 0 } argument) AddTargets(argument.Expression, names);
            else if (node is RefExpressionSyntax reference) AddTargets(reference.Expression, names);
        }

        return names;
    }

    private static void AddTargets(ExpressionSyntax target, HashSet<string> names)
    {
        if (target is TupleExpressionSyntax tuple)
            foreach (var argument in tuple.Arguments) AddTargets(argument.Expression, names);
        else if (target is MemberAccessExpressionSyntax access) names.Add(access.Name.Identifier.ValueText);
        else if (target is IdentifierNameSyntax name) names.Add(name.Identifier.ValueText);
    }

    /// <summary>
    /// The methods of the class that its construction may call, by name: <c>layer1 = MakeLayer(64, 3)</c>. Virtual ones are left out,
    /// since the class that runs may be another.
    /// </summary>
    private Dictionary<string, List<MethodDeclarationSyntax>> ReadHelpers()
    {
        var helpers = new Dictionary<string, List<MethodDeclarationSyntax>>(StringComparer.Ordinal);
        foreach (var declaration in _declarations)
            foreach (var member in declaration.Members)
                if (member is MethodDeclarationSyntax method && !MayBeReplaced(method))
                    Note(helpers, method.Identifier.ValueText, method);
        return helpers;
    }

    /// <summary>The methods that a call may mean; none where it is of another class.</summary>
    private IReadOnlyList<MethodDeclarationSyntax> CalledBy(InvocationExpressionSyntax call) =>
        NameOf(call.Expression) is { } name && _helpers.Value.TryGetValue(name, out var methods) ? methods : [];

    private static bool MayBeReplaced(MethodDeclarationSyntax method)
    {
        foreach (var modifier in method.Modifiers)
            if (modifier.Kind() is SyntaxKind.VirtualKeyword or SyntaxKind.OverrideKeyword or SyntaxKind.AbstractKeyword)
                return true;
        return false;
    }

    /// <summary>The name of a variable, member or method of this instance.</summary>
    private static string? NameOf(ExpressionSyntax target) => target switch
    {
        IdentifierNameSyntax plain => plain.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } access => access.Name.Identifier.ValueText,
        PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } sure => NameOf(sure.Operand),
        _ => null,
    };

    /// <summary>The list that a call puts its arguments into; null for other calls.</summary>
    private static string? Filled(InvocationExpressionSyntax call) =>
        call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Add" or "AddRange" or "append" or "Append" or "Insert" } access
            ? NameOf(access.Expression)
            : null;

    private static void Note<T>(Dictionary<string, List<T>> notes, string name, T value)
    {
        if (!notes.TryGetValue(name, out var list)) notes.Add(name, list = []);
        list.Add(value);
    }

    // Bound as if it stood right after the brace of its class, so that no body is bound for it.
    private ITypeSymbol? Bind(TypeSyntax syntax) => PlaceOf(syntax) is { } position
        ? SemanticsOf(syntax).GetSpeculativeTypeInfo(position, syntax, SpeculativeBindingOption.BindAsTypeOrNamespace).Type
        : null;

    private string? ConstantOf(ExpressionSyntax name) => PlaceOf(name) is { } position
        && SemanticsOf(name).GetSpeculativeSymbolInfo(position, name, SpeculativeBindingOption.BindAsExpression).Symbol is IFieldSymbol { ConstantValue: string text }
            ? text
            : null;

    private static int? PlaceOf(SyntaxNode node) =>
        node.FirstAncestorOrSelf<TypeDeclarationSyntax>() is { OpenBraceToken: { IsMissing: false, RawKind: not 0 } brace } ? brace.Span.End : null;

    private SemanticModel SemanticsOf(SyntaxNode node) => _compilation.GetSemanticModel(node.SyntaxTree);
}

/// <summary>The bodies that one run looks into, each read once.</summary>
internal sealed class ClassBodies(Compilation compilation, CancellationToken cancellation)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<INamedTypeSymbol, ClassBody> _bodies = new(SymbolEqualityComparer.Default);

    public Compilation Compilation => compilation;

    public ClassBody Of(INamedTypeSymbol type) => _bodies.GetOrAdd(type.OriginalDefinition, t => new ClassBody(t, compilation, cancellation));

    /// <summary>The bodies of a class and of its bases as far as they are in source, the class first.</summary>
    public IEnumerable<ClassBody> ChainOf(INamedTypeSymbol type)
    {
        for (var level = type; level is { DeclaringSyntaxReferences.Length: > 0 }; level = level.BaseType) yield return Of(level);
    }
}
