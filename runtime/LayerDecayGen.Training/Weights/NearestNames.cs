namespace LayerDecayGen.Training;

/// <summary>The nearest of some names, by the search of the core. Costs what is asked for; after a few questions it gives none.</summary>
internal sealed class NearestNames(IReadOnlyCollection<string> names)
{
    private const int MaxQuestions = 10;
    private readonly Lazy<ModelFacts> _facts = new(() => new ModelFacts("", [.. names.Select(n => new ParameterFact { Name = Whole(n) })]));
    private int _asked;

    /// <summary>A sentence with the nearest name, or nothing.</summary>
    public string Hint(string name) =>
        names.Count > 0 && _asked++ < MaxQuestions && _facts.Value.NearestName(Whole(name)) is { } nearest ? $"; nearest name '{nearest.Replace('\u0001', '.')}'" : "";

    // The core's search also looks at parts between dots; only whole names are of use here.
    private static string Whole(string name) => name.Replace('.', '\u0001');
}
