using System.Collections.Immutable;
using LayerDecayGen.Layout;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>Facts of a live model beside the registered parameters they are of: where tensors enter the flow.</summary>
internal sealed class LiveModel
{
    private readonly Dictionary<string, int> _index;

    private LiveModel(ModelFacts facts, Parameter[] parameters, ImmutableArray<int> toFreeze)
    {
        (Facts, Parameters, ToFreeze) = (facts, parameters, toFreeze);
        _index = new Dictionary<string, int>(parameters.Length, StringComparer.Ordinal);
        for (var i = 0; i < parameters.Length; i++) _index[facts.Parameters[i].Name] = i;
    }

    public ModelFacts Facts { get; }

    /// <summary>The registered parameters, in the order of the facts.</summary>
    public Parameter[] Parameters { get; }

    /// <summary>Indices of parameters that <c>[Frozen]</c> covers and that still train.</summary>
    public ImmutableArray<int> ToFreeze { get; }

    /// <summary>The registered parameter of a name.</summary>
    public Parameter this[string name] => Parameters[_index[name]];

    /// <summary>The position of a name among facts and parameters; -1 for a name that the model does not have.</summary>
    public int IndexOf(string name) => _index.TryGetValue(name, out var index) ? index : -1;

    /// <summary>Reads a model. What contradicts the declaration goes to <paramref name="problems"/>.</summary>
    public static LiveModel Read(nn.Module model, LayerLayout? layout, ICollection<string> problems)
    {
        var walked = ModelWalk.Parameters(model);
        var name = layout?.ModelName ?? model.GetType().Name;
        if (walked.Count == 0) problems.Add($"{name} has no parameters: call RegisterComponents() at the end of its constructor.");
        var matches = layout is null ? null : ReadMatches(layout, walked, problems);
        var numbering = matches is null ? null : Number(model, layout!, matches, problems);
        var reader = new FactReader(problems.Count == 0 ? numbering : null);
        var facts = new ParameterFact[walked.Count];
        for (var i = 0; i < facts.Length; i++) facts[i] = reader.Read(walked[i], matches?[i]);
        TieReader.Mark(facts, walked);
        var described = new ModelFacts(name, ImmutableArray.Create(facts))
        {
            LayerCount = numbering?.LayerCount,
            LayerDecay = layout is null || double.IsNaN(layout.LayerDecay) ? null : layout.LayerDecay,
        };
        return new LiveModel(described, [.. walked.Select(w => w.Parameter)], [.. reader.ToFreeze]);
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
                    $"'{Facts.Parameters[i].Name}' of {Facts.ModelName} is no longer the tensor that its group holds: the model was moved to another device or dtype, or was disposed, after the groups were made. Move the model first, or call Rebind() on the groups and make the optimizer anew.");
    }

    /// <summary>The name of a parameter that the model has another object for now; null where there is none.</summary>
    public string? FirstReplaced(nn.Module model)
    {
        foreach (var now in ModelWalk.Parameters(model))
            if (IndexOf(now.Name) is >= 0 and var i && Parameters[i].Handle != now.Parameter.Handle) return now.Name;
        return null;
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

    private static LayoutMatch?[] ReadMatches(LayerLayout layout, List<WalkedParameter> walked, ICollection<string> problems)
    {
        var matches = new LayoutMatch?[walked.Count];
        var named = false;
        for (var i = 0; i < matches.Length; i++)
        {
            if (layout.Match(walked[i].Name) is { } match && layout.Sections[match.Section].Kind != SectionKind.Unassigned)
            {
                matches[i] = match;
                named |= NamedChildren.IsNamed(match);
                continue;
            }

            var member = walked[i].Name.Split('.')[0];
            problems.Add($"'{walked[i].Name}' is in no layer: give the member '{member}' of {layout.ModelName} [Layer(n)], [LayerStack], [PreviousLayer] or [LastLayer], or cover it by a path on the class.");
        }

        if (named) NamedChildren.Number(layout, [.. walked.Select(w => w.Name)], matches);
        ReportEmptySections(layout, matches, problems);
        return matches;
    }

    private static LayerNumbering Number(nn.Module model, LayerLayout layout, LayoutMatch?[] matches, ICollection<string> problems)
    {
        HashSet<string>? modules = null; // asked for only where a stack has a child without parameters
        var matched = matches.Where(m => m is not null).Select(m => m!.Value);
        return LayerNumbering.Number(layout, matched, name => (modules ??= ModelWalk.ModuleNames(model)).Contains(name), problems);
    }

    private static void ReportEmptySections(LayerLayout layout, LayoutMatch?[] matches, ICollection<string> problems)
    {
        var met = new bool[layout.Sections.Count];
        foreach (var match in matches)
            if (match is { } m)
                met[m.Section] = true;
        for (var i = 0; i < met.Length; i++)
        {
            var section = layout.Sections[i];
            if (!met[i] && !section.Optional && section.Kind != SectionKind.Unassigned)
                problems.Add($"{section.Attribute} {section.Path}: no parameter of the model is there. Was it registered, and does it own parameters? A member that may be null is declared nullable.");
        }
    }
}
