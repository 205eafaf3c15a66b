using System.Collections.Concurrent;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>The models of one compilation and what each says, read once for all rules.</summary>
internal sealed class ModelReadings
{
    private readonly Compilation _compilation;
    private readonly ConcurrentDictionary<INamedTypeSymbol, ModelReading> _readings = new(SymbolEqualityComparer.Default);
    private readonly Lazy<Survey> _survey;
    private readonly Lazy<HashSet<INamedTypeSymbol>> _read;

    public ModelReadings(Compilation compilation)
    {
        _compilation = compilation;
        _survey = new(() => new Survey(compilation.Assembly.GlobalNamespace));
        _read = new(FindRead);
    }

    /// <summary>Whether any class carries <c>[LayerDecay]</c>.</summary>
    public bool HasModels => _survey.Value.Carriers.Count > 0;

    /// <summary>The reading of a class with <c>[LayerDecay]</c>.</summary>
    public ModelReading Of(INamedTypeSymbol carrier) =>
        _readings.GetOrAdd(carrier, type => ModelReader.Read(type, ModelReader.AttributeOf(type)!, _compilation, default));

    /// <summary>The classes whose <c>[LayerDecay]</c> describes a model: the model itself, or static classes with <c>For</c>.</summary>
    public IReadOnlyList<INamedTypeSymbol> CarriersOf(INamedTypeSymbol model) =>
        _survey.Value.Carriers.TryGetValue(model, out var carriers) ? carriers : [];

    /// <summary>Whether some model reads what the class says of its members.</summary>
    public bool IsReadByAModel(INamedTypeSymbol type) => _read.Value.Contains(type.OriginalDefinition);

    /// <summary>Whether a module class of the project holds the class in a field, or derives from it.</summary>
    public bool IsHeld(INamedTypeSymbol type) => _survey.Value.Held.Contains(type.OriginalDefinition);

    private HashSet<INamedTypeSymbol> FindRead()
    {
        var read = new HashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default);
        foreach (var carriers in _survey.Value.Carriers.Values)
            foreach (var carrier in carriers)
                foreach (var type in Of(carrier).Classes)
                    for (var level = type; level is not null && read.Add(level.OriginalDefinition); level = level.BaseType) { }
        return read;
    }

    private sealed class Survey
    {
        public Survey(INamespaceOrTypeSymbol root) => Visit(root);

        public Dictionary<INamedTypeSymbol, List<INamedTypeSymbol>> Carriers { get; } = new(SymbolEqualityComparer.Default);

        public HashSet<INamedTypeSymbol> Held { get; } = new(SymbolEqualityComparer.Default);

        private void Visit(INamespaceOrTypeSymbol container)
        {
            if (container is INamespaceSymbol space)
                foreach (var inner in space.GetNamespaceMembers()) Visit(inner);
            foreach (var type in container.GetTypeMembers())
            {
                if (type.TypeKind == TypeKind.Class && ModelReader.DescribedBy(type) is { } model)
                {
                    if (!Carriers.TryGetValue(model, out var carriers)) Carriers.Add(model, carriers = []);
                    carriers.Add(type);
                }

                if (TorchTypes.IsUserModule(type)) NoteHeld(type);
                Visit(type);
            }
        }

        private void NoteHeld(INamedTypeSymbol holder)
        {
            if (holder.BaseType is { } parent) Held.Add(parent.OriginalDefinition);
            foreach (var member in holder.GetMembers())
                if (member is IFieldSymbol { IsStatic: false } field)
                    foreach (var part in TorchTypes.PartsOf(field.Type))
                        if (part.OriginalDefinition is INamedTypeSymbol named)
                            Held.Add(named);
        }
    }
}
