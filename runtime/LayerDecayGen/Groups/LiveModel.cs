using System.Collections.Immutable;
using System.Runtime.InteropServices;
using LayerDecayGen.Layout;
using LayerDecayGen.Planning;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>Facts of a live model beside the registered parameters they are of: where tensors enter the flow.</summary>
internal sealed class LiveModel
{
    private LiveModel(ModelFacts facts, Parameter[] parameters, ImmutableArray<int> toFreeze)
    {
        Facts = facts;
        Parameters = parameters;
        ToFreeze = toFreeze;
    }

    public ModelFacts Facts { get; }

    /// <summary>The registered parameters, in the order of the facts.</summary>
    public Parameter[] Parameters { get; }

    /// <summary>Indices of parameters that <c>[Frozen]</c> covers and that still train.</summary>
    public ImmutableArray<int> ToFreeze { get; }

    /// <summary>Reads a model. What contradicts the declaration goes to <paramref name="problems"/>.</summary>
    public static LiveModel Read(nn.Module model, LayerLayout? layout, ICollection<string> problems)
    {
        var walked = ModelWalk.Parameters(model);
        var name = layout?.ModelName ?? model.GetType().Name;
        if (walked.Count == 0) problems.Add($"{name} has no parameters: call RegisterComponents() at the end of its constructor.");
        var facts = FactsOf(walked);
        if (layout is null) return new LiveModel(new ModelFacts(name, [.. TieReader.Mark(facts, walked)]), ParametersOf(walked), []);

        var matches = Match(layout, facts, problems);
        if (Array.Exists(matches, m => m is { } match && NamedChildren.IsNamed(match)))
            NamedChildren.Number(layout, Array.ConvertAll(facts, f => f.Name), matches);
        HashSet<string>? modules = null;
        var numbering = LayerNumbering.Number(layout, matches.Where(m => m is not null).Select(m => m!.Value), n => (modules ??= ModelWalk.ModuleNames(model)).Contains(n), problems);
        ReportEmptySections(layout, matches, problems);
        var toFreeze = new List<int>();
        if (problems.Count == 0)
            for (var i = 0; i < facts.Length; i++)
            {
                var match = matches[i]!.Value;
                if (match.Frozen && !facts[i].Frozen) toFreeze.Add(i);
                facts[i] = Annotate(facts[i], match, numbering);
            }

        var described = new ModelFacts(name, [.. TieReader.Mark(facts, walked)])
        {
            LayerCount = numbering.LayerCount,
            LayerDecay = double.IsNaN(layout.LayerDecay) ? null : layout.LayerDecay,
        };
        return new LiveModel(described, ParametersOf(walked), [.. toFreeze]);
    }

    private static Parameter[] ParametersOf(List<WalkedParameter> walked) => [.. walked.Select(w => w.Parameter)];

    private static ParameterFact[] FactsOf(List<WalkedParameter> walked)
    {
        var facts = new ParameterFact[walked.Count];
        nn.Module? holder = null;
        OwnerFact? owner = null;
        for (var i = 0; i < facts.Length; i++)
        {
            var w = walked[i];
            if (!ReferenceEquals(holder, w.Holder)) owner = RoleReader.Owner(holder = w.Holder);
            var shape = ShapeOf(w.Parameter);
            facts[i] = new ParameterFact
            {
                Name = w.Name,
                Shape = shape,
                Role = RoleReader.Of(w.Holder, w.LocalName, shape.Length),
                Frozen = !w.Parameter.requires_grad,
                Owner = owner,
            };
        }

        return facts;
    }

    // Size by size: Tensor.shape costs as much as everything else that is read of a parameter.
    private static ImmutableArray<long> ShapeOf(Parameter p)
    {
        var sizes = new long[p.dim()];
        for (var i = 0; i < sizes.Length; i++) sizes[i] = p.size(i);
        return ImmutableCollectionsMarshal.AsImmutableArray(sizes);
    }

    private static LayoutMatch?[] Match(LayerLayout layout, ParameterFact[] facts, ICollection<string> problems)
    {
        var matches = new LayoutMatch?[facts.Length];
        for (var i = 0; i < facts.Length; i++)
            if (layout.TryMatch(facts[i].Name, out var match) && layout.Sections[match.Section].Kind != SectionKind.Unassigned)
                matches[i] = match;
            else
                problems.Add($"'{facts[i].Name}' is in no layer: give the member '{MemberOf(facts[i].Name)}' of {layout.ModelName} [Layer(n)], [LayerStack], [PreviousLayer] or [LastLayer], or cover it by a path on the class.");
        return matches;
    }

    private static string MemberOf(string name) => name.IndexOf('.') is var dot and >= 0 ? name[..dot] : name;

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
                problems.Add($"{section.Attribute} {section.Name}: no parameter of the model is under '{section.Path}'. Was it registered, and does it own parameters? A member that may be null is declared nullable.");
        }
    }

    private static ParameterFact Annotate(ParameterFact fact, in LayoutMatch match, LayerNumbering numbering) => fact with
    {
        Layer = numbering.LayerOf(match),
        Role = RoleIn(fact, match, numbering),
        Frozen = fact.Frozen || match.Frozen,
        Section = match.Section,
        StackIndex = match.Index,
        NoWeightDecay = match.NoWeightDecay,
        WeightDecay = double.IsNaN(match.WeightDecay) ? null : match.WeightDecay,
        LearningRateScale = match.LearningRateScale,
    };

    // A matrix of the top layer is a head; elsewhere the declared type speaks where the run-time type says nothing.
    private static ParameterRole RoleIn(ParameterFact fact, in LayoutMatch match, LayerNumbering numbering)
    {
        if (fact.Role == ParameterRole.HiddenMatrix && numbering.LayerOf(match) == numbering.LayerCount - 1) return ParameterRole.Head;
        return fact.Role == ParameterRole.Unknown ? match.Role : fact.Role;
    }
}
