using System.Collections.Immutable;
using LayerDecayGen.Generator.Parser;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>
/// The module classes that opted in: what can be reached from a class with <c>[LayerDecay]</c> through its bases, its members, their
/// element and type arguments, and the module classes its code names. <c>layerdecaygen_check_all_modules = true</c> in .editorconfig adds
/// every module class.
/// </summary>
internal sealed class ModelScope
{
    public const string CheckAllModules = "layerdecaygen_check_all_modules";

    private readonly Compilation _compilation;
    private readonly INamedTypeSymbol _layerDecay;
    private readonly AnalyzerConfigOptionsProvider _options;
    private readonly Lazy<HashSet<INamedTypeSymbol>> _reachable;
    private readonly Lazy<HashSet<INamedTypeSymbol>> _readByModels;
    private readonly HashSet<string> _moduleNames = [];
    private readonly HashSet<string> _ownerNames = [];
    private readonly HashSet<INamedTypeSymbol> _roots = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<INamedTypeSymbol, List<INamedTypeSymbol>> _carriers = new(SymbolEqualityComparer.Default);

    public ModelScope(Compilation compilation, INamedTypeSymbol layerDecay, AnalyzerConfigOptionsProvider options)
    {
        _compilation = compilation;
        _layerDecay = layerDecay;
        _options = options;
        _reachable = new(Reach);
        _readByModels = new(ReadModels);
    }

    /// <summary>Whether any model of the compilation opted in by an attribute.</summary>
    public bool HasRoots => _reachable.Value.Count > 0;

    public bool Contains(INamedTypeSymbol type) =>
        TorchTypes.IsModule(type) && (_reachable.Value.Contains(type.OriginalDefinition) || ChecksAll(type));

    /// <summary>Whether groups are asked of the class itself, so that nobody above it is there to register it.</summary>
    public bool IsRoot(INamedTypeSymbol type) => HasRoots && _roots.Contains(type.OriginalDefinition);

    /// <summary>The classes whose [LayerDecay] speaks of a model: the model itself, or static classes with <c>For</c>.</summary>
    public IReadOnlyList<INamedTypeSymbol> CarriersOf(INamedTypeSymbol model) =>
        HasRoots && _carriers.TryGetValue(model, out var carriers) ? carriers : [];

    /// <summary>The model that a class with [LayerDecay] speaks of; null for every other class.</summary>
    public INamedTypeSymbol? DescribedBy(INamedTypeSymbol type)
    {
        foreach (var attribute in type.GetAttributes()) {
            if (!SymbolEqualityComparer.Default.Equals(attribute.AttributeClass, _layerDecay)) continue;
            foreach (var argument in attribute.NamedArguments) {
                if (argument.Value.Value is INamedTypeSymbol described) return described;
            }

            return type;
        }

        return null;
    }

    /// <summary>Whether some module class of the compilation that may own parameters has the name.</summary>
    public bool IsOwnerName(string name) => _reachable.Value is not null && _ownerNames.Contains(name);

    /// <summary>Whether some model reads what the class says of its members.</summary>
    public bool IsReadByAModel(INamedTypeSymbol type) => _readByModels.Value.Contains(type.OriginalDefinition);

    private HashSet<INamedTypeSymbol> ReadModels()
    {
        var read = new HashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default);
        var scopes = new NameScopes(_compilation);
        foreach (var carriers in _carriers) {
            foreach (var carrier in carriers.Value) {
                var isModel = SymbolEqualityComparer.Default.Equals(carrier, carriers.Key);
                foreach (var type in ModelParser.ClassesOf(carriers.Key, isModel ? null : carrier, _compilation, scopes)) {
                    for (var level = type; level is not null && read.Add(level.OriginalDefinition); level = level.BaseType) { }
                }
            }
        }

        return read;
    }

    private bool ChecksAll(INamedTypeSymbol type)
    {
        foreach (var reference in type.DeclaringSyntaxReferences) {
            if (_options.GetOptions(reference.SyntaxTree).TryGetValue(CheckAllModules, out var value)
                && value.Equals("true", StringComparison.OrdinalIgnoreCase)) {
                return true;
            }
        }

        return false;
    }

    private HashSet<INamedTypeSymbol> Reach()
    {
        Survey(_compilation.Assembly.GlobalNamespace);
        var reached = new HashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default);
        var pending = new Queue<ITypeSymbol>(_roots);
        while (pending.Count > 0) Visit(pending.Dequeue(), reached, pending);
        return reached;
    }

    private void Survey(INamespaceOrTypeSymbol container)
    {
        if (container is INamespaceSymbol space) {
            foreach (var inner in space.GetNamespaceMembers()) Survey(inner);
        }

        foreach (var type in container.GetTypeMembers()) {
            if (TorchTypes.IsModule(type)) _moduleNames.Add(type.Name);
            if (Components.MayOwnParameters(type)) _ownerNames.Add(type.Name);
            if (type.TypeKind == TypeKind.Class && DescribedBy(type) is { } model) AddRoot(model, type);
            Survey(type);
        }
    }

    private void AddRoot(INamedTypeSymbol model, INamedTypeSymbol carrier)
    {
        _roots.Add(model.OriginalDefinition);
        if (!_carriers.TryGetValue(model, out var carriers)) _carriers.Add(model, carriers = []);
        carriers.Add(carrier);
    }

    private void Visit(ITypeSymbol type, HashSet<INamedTypeSymbol> reached, Queue<ITypeSymbol> pending)
    {
        foreach (var part in Parts(type)) {
            if (!TorchTypes.IsModule(part)
                || part.OriginalDefinition is not INamedTypeSymbol { DeclaringSyntaxReferences.Length: > 0 } module)
                continue;
            if (!reached.Add(module)) continue;
            if (module.BaseType is { } baseType) pending.Enqueue(baseType);
            foreach (var member in module.GetMembers()) {
                if (member is IFieldSymbol { IsStatic: false } field) pending.Enqueue(field.Type);
                if (member is IPropertySymbol { IsStatic: false } property) pending.Enqueue(property.Type);
            }

            foreach (var named in ModulesNamedIn(module)) pending.Enqueue(named);
        }
    }

    /// <summary>
    /// The type itself, its elements and type arguments, all the way down: <c>ModuleList&lt;Block&gt;</c>, <c>(string, Block)[]</c>.
    /// </summary>
    public static ImmutableArray<ITypeSymbol> Parts(ITypeSymbol type)
    {
        var parts = ImmutableArray.CreateBuilder<ITypeSymbol>();
        Add(type);
        return parts.ToImmutable();

        void Add(ITypeSymbol part)
        {
            parts.Add(part);
            if (part is IArrayTypeSymbol array) Add(array.ElementType);
            if (part is ITypeParameterSymbol parameter) foreach (var constraint in parameter.ConstraintTypes) parts.Add(constraint);
            if (part is INamedTypeSymbol { TypeKind: not TypeKind.Delegate } named)
                foreach (var argument in named.TypeArguments) Add(argument);
        }
    }

    /// <summary>
    /// Module classes that the code of a class names: what it really assigns to members declared by a base type. Only names that some
    /// module class of the compilation has are bound, and only the name, not the body around it.
    /// </summary>
    private IEnumerable<ITypeSymbol> ModulesNamedIn(INamedTypeSymbol module)
    {
        SemanticModel? model = null;
        foreach (var node in RegistrationSyntax.OwnNodes(module)) {
            if (node is not SimpleNameSyntax { Identifier.ValueText: var text } name || !_moduleNames.Contains(text)) continue;
            var type = name.Parent is QualifiedNameSyntax qualified && qualified.Right == name ? (TypeSyntax)qualified : name;
#pragma warning disable RS1030 // Reachability crosses files, which no analysis context does; a handful of names a model is bound, once.
            if (model?.SyntaxTree != type.SyntaxTree) model = _compilation.GetSemanticModel(type.SyntaxTree);
#pragma warning restore RS1030
            var info = model.GetSpeculativeSymbolInfo(type.SpanStart, type, SpeculativeBindingOption.BindAsTypeOrNamespace);
            if (info.Symbol is ITypeSymbol named) yield return named;
        }
    }
}
