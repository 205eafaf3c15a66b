using System.Collections.Concurrent;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
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
    private readonly AnalyzerConfigOptionsProvider _options;
    private readonly Lazy<HashSet<INamedTypeSymbol>> _reachable;
    private readonly HashSet<string> _moduleNames = [];
    private readonly HashSet<string> _ownerNames = [];
    private readonly HashSet<INamedTypeSymbol> _held = new(SymbolEqualityComparer.Default);
    private readonly HashSet<INamedTypeSymbol> _roots = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, bool> _namesOwners = new(SymbolEqualityComparer.Default);

    public ModelScope(Compilation compilation, AnalyzerConfigOptionsProvider options)
    {
        _compilation = compilation;
        _options = options;
        _reachable = new(Reach);
        Bodies = new ClassBodies(compilation, default);
        Construction = new ConstructionOrder(Bodies);
    }

    /// <summary>The code of the classes, read once for all rules.</summary>
    public ClassBodies Bodies { get; }

    /// <summary>When components are registered.</summary>
    public ConstructionOrder Construction { get; }

    /// <summary>Whether any model of the compilation opted in by an attribute.</summary>
    public bool HasRoots => _reachable.Value.Count > 0;

    public bool Contains(INamedTypeSymbol type) =>
        TorchTypes.IsModule(type) && (_reachable.Value.Contains(type.OriginalDefinition) || ChecksAll(type));

    /// <summary>Whether groups are asked of the class itself, so that nobody above it is there to register it.</summary>
    public bool IsRoot(INamedTypeSymbol type) => HasRoots && _roots.Contains(type.OriginalDefinition);

    /// <summary>Whether a reached class holds the type in a field or a list, so that registering the holder registers its fields.</summary>
    public bool IsHeld(INamedTypeSymbol type) => HasRoots && _held.Contains(type.OriginalDefinition);

    /// <summary>Whether some module class of the compilation that may own parameters has the name.</summary>
    public bool IsOwnerName(string name) => _reachable.Value is not null && _ownerNames.Contains(name);

    /// <summary>Whether the code of a class or method names anything that owns parameters; asked once for each.</summary>
    public bool NamesOwners(ISymbol symbol, Func<bool> look) => _namesOwners.TryGetValue(symbol, out var known) ? known : _namesOwners[symbol] = look();

    /// <summary>Whether the class or a base of it overrides RegisterComponents and so decides itself what is seen and when.</summary>
    public static bool OverridesRegisterComponents(INamedTypeSymbol type)
    {
        foreach (var current in Components.SourceChain(type))
            if (!current.GetMembers(ClassBody.RegisterComponents).IsEmpty)
                return true;
        return false;
    }

    private bool ChecksAll(INamedTypeSymbol type)
    {
        foreach (var reference in type.DeclaringSyntaxReferences)
        {
            if (_options.GetOptions(reference.SyntaxTree).TryGetValue(CheckAllModules, out var value)
                && value.Equals("true", StringComparison.OrdinalIgnoreCase))
            {
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
        if (container is INamespaceSymbol space)
        {
            foreach (var inner in space.GetNamespaceMembers()) Survey(inner);
        }

        foreach (var type in container.GetTypeMembers())
        {
            if (TorchTypes.IsModule(type)) _moduleNames.Add(type.Name);
            if (Components.MayOwnParameters(type)) _ownerNames.Add(type.Name);
            if (type.TypeKind == TypeKind.Class && ModelReader.DescribedBy(type) is { } model) _roots.Add(model.OriginalDefinition);
            Survey(type);
        }
    }

    private void Visit(ITypeSymbol type, HashSet<INamedTypeSymbol> reached, Queue<ITypeSymbol> pending)
    {
        foreach (var part in TorchTypes.PartsOf(type))
        {
            if (!TorchTypes.IsModule(part)
                || part.OriginalDefinition is not INamedTypeSymbol { DeclaringSyntaxReferences.Length: > 0 } module)
                continue;
            if (!reached.Add(module)) continue;
            if (module.BaseType is { } baseType) pending.Enqueue(baseType);
            foreach (var member in module.GetMembers())
            {
                if (member is IFieldSymbol { IsStatic: false } field)
                {
                    pending.Enqueue(field.Type);
                    foreach (var held in TorchTypes.PartsOf(field.Type))
                        if (held.OriginalDefinition is INamedTypeSymbol child)
                            _held.Add(child);
                }

                if (member is IPropertySymbol { IsStatic: false } property) pending.Enqueue(property.Type);
            }

            foreach (var named in ModulesNamedIn(module)) pending.Enqueue(named);
        }
    }

    /// <summary>
    /// Module classes that the code of a class names: what it really assigns to members declared by a base type. Only names that some
    /// module class of the compilation has are bound, and only the name, not the body around it.
    /// </summary>
    private IEnumerable<ITypeSymbol> ModulesNamedIn(INamedTypeSymbol module)
    {
        SemanticModel? model = null;
        foreach (var node in Bodies.Of(module).OwnNodes())
        {
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
