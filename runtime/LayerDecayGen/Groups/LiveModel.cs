using System.Collections.Immutable;
using LayerDecayGen.Layout;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>Facts of a live model beside the registered parameters they are of: where tensors enter the flow.</summary>
internal sealed class LiveModel
{
    private readonly Dictionary<string, int> _index;

    private LiveModel(ModelFacts facts, Parameter[] parameters)
    {
        (Facts, Parameters) = (facts, parameters);
        _index = new Dictionary<string, int>(parameters.Length, StringComparer.Ordinal);
        for (var i = 0; i < parameters.Length; i++) _index[facts.Parameters[i].Name] = i;
    }

    public ModelFacts Facts { get; }

    /// <summary>The registered parameters, in the order of the facts.</summary>
    public Parameter[] Parameters { get; }

    /// <summary>What a person should know of the model.</summary>
    public ImmutableArray<string> Warnings { get; private init; } = [];

    /// <summary>The registered parameter of a name.</summary>
    public Parameter this[string name] => Parameters[_index[name]];

    /// <summary>The position of a name among facts and parameters; -1 for a name that the model does not have.</summary>
    public int IndexOf(string name) => _index.TryGetValue(name, out var index) ? index : -1;

    /// <summary>These parameters with the facts of the same model before it was moved.</summary>
    public LiveModel WithFactsOf(LiveModel before) =>
        new(before.Facts, [.. before.Facts.Parameters.Select(f => this[f.Name])]) { Warnings = before.Warnings };

    /// <summary>Reads a model. What contradicts the declaration goes to <paramref name="problems"/>.</summary>
    public static LiveModel Read(nn.Module model, LayerLayout? layout, ICollection<string> problems)
    {
        var walk = ModelWalk.Of(model);
        var walked = walk.Parameters;
        var name = ModelName(model, layout);
        var diagnosis = new SealDiagnosis(model, name, walk);
        if (walked.Count == 0) problems.Add(diagnosis.NoParameters());
        var matches = layout is null || walked.Count == 0 ? null : ReadMatches(layout, new ElementTypes(model), walked, diagnosis, problems);
        var numbering = matches is null ? null : Number(model, layout!, walked, matches, problems);
        var reader = new FactReader(layout, problems.Count == 0 ? numbering : null);
        var facts = new ParameterFact[walked.Count];
        for (var i = 0; i < facts.Length; i++) facts[i] = reader.Read(walked[i], matches?[i]);
        TieReader.Mark(facts, walked);
        var described = new ModelFacts(name, ImmutableArray.Create(facts))
        {
            LayerCount = numbering?.LayerCount,
            LayerDecay = layout is null || double.IsNaN(layout.LayerDecay) ? null : layout.LayerDecay,
        };
        return new LiveModel(described, [.. walked.Select(w => w.Parameter)]) { Warnings = diagnosis.Warnings() };
    }

    /// <summary>Checks that the parameters are still the model's own.</summary>
    /// <remarks>
    /// Moving a model disposes the parameters of managed modules and makes new ones. Those of native modules change in place, so that the
    /// groups go on holding the right ones.
    /// </remarks>
    public void EnsureAlive()
    {
        for (var i = 0; i < Parameters.Length; i++)
            if (Parameters[i].IsInvalid)
                throw new InvalidOperationException(
                    $"'{Facts.Parameters[i].Name}' of {Facts.ModelName} is no longer the tensor that its group holds: the model was moved to another device or dtype, or was disposed, after the groups were made. Move the model first; or, after a move, call Rebind() on the optimizer, or on the groups before an optimizer is made.");
    }

    /// <summary>What makes a model read anew another model than this one.</summary>
    public IEnumerable<string> DifferencesTo(LiveModel now)
    {
        foreach (var fact in Facts.Parameters)
            if (now.IndexOf(fact.Name) < 0)
                yield return $"'{fact.Name}' was in the model when the groups were made and is no longer.";
        foreach (var fact in now.Facts.Parameters)
            if (IndexOf(fact.Name) < 0)
                yield return $"'{fact.Name}' was not in the model when the groups were made: call GetParameterGroups again.";
    }

    // The class that the user made, where the declaration is that of a base.
    private static string ModelName(nn.Module model, LayerLayout? layout)
    {
        var name = model.GetType().Name;
        var arity = name.IndexOf('`', StringComparison.Ordinal);
        if (arity >= 0) name = name[..arity];
        return layout is not null && layout.ModelName.StartsWith(name, StringComparison.Ordinal) ? layout.ModelName : name;
    }

    private static LayoutMatch?[] ReadMatches(
        LayerLayout layout, ElementTypes elements, List<WalkedParameter> walked, SealDiagnosis diagnosis, ICollection<string> problems)
    {
        var matches = new LayoutMatch?[walked.Count];
        var named = false;
        for (var i = 0; i < matches.Length; i++)
        {
            if (layout.Match(walked[i].Name, elements) is { } match && layout.Sections[match.Section].Kind != SectionKind.Unassigned)
            {
                matches[i] = match;
                named |= NamedChildren.IsNamed(match);
                continue;
            }

            // A second name of an object needs no layer: the first one has it.
            if (walked[i].SameAs < 0) problems.Add(diagnosis.NoLayer(walked[i].Name));
        }

        if (named) NamedChildren.Number(layout, [.. walked.Select(w => w.Name)], matches);
        ReportEmptySections(layout, matches, diagnosis, problems);
        return matches;
    }

    private static LayerNumbering Number(
        nn.Module model, LayerLayout layout, List<WalkedParameter> walked, LayoutMatch?[] matches, ICollection<string> problems)
    {
        HashSet<string>? modules = null; // asked for only where a stack has a child without parameters
        var first = matches.Where((m, i) => m is not null && walked[i].SameAs < 0).Select(m => m!.Value);
        return LayerNumbering.Number(layout, first, name => (modules ??= ModelWalk.ModuleNames(model)).Contains(name), problems);
    }

    private static void ReportEmptySections(LayerLayout layout, LayoutMatch?[] matches, SealDiagnosis diagnosis, ICollection<string> problems)
    {
        var met = new bool[layout.Sections.Count];
        foreach (var match in matches)
            if (match is { } m)
                met[m.Section] = true;
        for (var i = 0; i < met.Length; i++)
        {
            var section = layout.Sections[i];
            if (!met[i] && !section.Optional && section.Kind != SectionKind.Unassigned)
                problems.Add(diagnosis.EmptySection(section));
        }
    }
}
