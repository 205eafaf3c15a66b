using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using LayerDecayGen.References;

namespace LayerDecayGen.Interop;

/// <summary>What one key of an imported configuration does in a model.</summary>
/// <param name="Key">The key.</param>
/// <param name="Decides">The parameters that take their settings from it.</param>
/// <param name="Hidden">The parameters that it hits and a longer key decides.</param>
/// <param name="NearestName">For a key that hits nothing, the name that needs the fewest edits; null otherwise.</param>
public sealed record KeyReport(CustomKey Key, ImmutableArray<string> Decides, ImmutableArray<string> Hidden, string? NearestName);

/// <summary>
/// What an mmengine configuration says about optimizer groups, schedules and the length of training. Python or JSON; nothing is executed.
/// </summary>
public sealed record MMEngineImport
{
    /// <summary>The class of the optimizer, where the configuration states one.</summary>
    public string? Optimizer { get; init; }

    /// <summary>The optimizer's base rate, where the configuration states one.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The optimizer's weight decay, where the configuration states one.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The constructor of the groups without its scope; null is mmengine's own. <see cref="ToRecipe"/> picks the recipe by it.</summary>
    public string? Constructor { get; init; }

    /// <summary>The options by parameter; null where there are none, which is one group of everything.</summary>
    public ParamwiseOptions? Paramwise { get; init; }

    internal ConfigMap Options { get; private init; } = new();

    internal ConfigSource Source { get; private init; } = new(_ => null, _ => false);

    internal string? Scope { get; private init; }

    /// <summary>Reads a configuration: a dictionary of keys, a <c>paramwise_cfg</c>, or a file with <c>optim_wrapper</c>.</summary>
    /// <param name="text">
    /// JSON, or Python: literals, arithmetic, names assigned earlier, <c>dict(...)</c>. Other assignments are passed over.
    /// </param>
    /// <param name="anyField">Whether keys may have fields that no optimizer of torch knows; mmengine carries them into the groups.</param>
    /// <exception cref="PlanException">The text cannot be read; the message names the line or the field and says what to do.</exception>
    public static MMEngineImport Read(string text, bool anyField = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var isJson = text.AsSpan().TrimStart("\uFEFF \t\r\n").StartsWith("{");
        var source = isJson ? ConfigSource.OfJson(text) : ConfigSource.OfPython(text);
        if (source.Has("_base_")) throw new PlanException($"The configuration takes in others by _base_, which decide with it. {PythonConfigReader.Advice}");
        var wrapper = source["optim_wrapper"] is { } whole ? ConfigValue.Map(whole, "optim_wrapper") : source.Part("type", "optimizer", "constructor", "paramwise_cfg", "custom_keys");
        RefuseDelete(wrapper, "optim_wrapper");
        var optimizer = ConfigValue.OptionalMap(wrapper, "optimizer");
        if (optimizer is not null) RefuseDelete(optimizer, "optimizer");
        if (wrapper["type"] is "OptimWrapperDict" || (optimizer is null && wrapper.Keys.Exists(k => wrapper[k] is ConfigMap m && m.Has("optimizer"))))
            throw new PlanException("optim_wrapper holds several optimizers: give the part of one of them.");
        var (scope, constructor) = Scoped(wrapper["constructor"]);
        var import = new MMEngineImport
        {
            Optimizer = optimizer?["type"] as string,
            LearningRate = optimizer is null ? null : ConfigValue.OptionalNumber(optimizer, "lr", "optimizer"),
            WeightDecay = optimizer is null ? null : ConfigValue.OptionalNumber(optimizer, "weight_decay", "optimizer"),
            Constructor = constructor,
            Scope = scope ?? source["default_scope"] as string,
            Source = source,
        };
        if (ConfigValue.OptionalMap(wrapper, "paramwise_cfg") is { } options) return import.With(options, anyField);
        var keys = wrapper["custom_keys"] ?? (isJson && optimizer is null ? source.Whole : null);
        if (keys is null && optimizer is null) throw new PlanException($"The configuration has neither optim_wrapper nor paramwise_cfg nor custom_keys. {PythonConfigReader.Advice}");
        return keys is null ? import.With(new ConfigMap(), anyField) with { Paramwise = null }
            : import with { Paramwise = new ParamwiseOptions { CustomKeys = CustomKeysReader.Read(keys, anyField) } };
    }

    /// <summary>What each key hits in a model, by mmengine's own rule.</summary>
    /// <param name="facts">The model.</param>
    public ImmutableArray<KeyReport> Report(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var matcher = new CustomKeyMatcher(Keys);
        var winners = facts.Parameters.Select(p => (p.Name, Text: CustomKeyMatcher.TextOf(p.Name))).Select(p => (p.Name, p.Text, Key: matcher.Find(p.Text, wholeNumbers: false)?.Key)).ToList();
        return [.. Keys.Select(key =>
        {
            var hits = winners.Where(w => CustomKeyMatcher.Hits(key.Key, w.Text, wholeNumbers: false)).ToLookup(w => w.Key == key.Key, w => w.Name);
            return new KeyReport(key, [.. hits[true]], [.. hits[false]], hits.Count == 0 ? facts.NearestName(key.Key) : null);
        })];
    }

    /// <summary>The report as text: a line a key, and one for the parameters that no key hits.</summary>
    /// <param name="facts">The model.</param>
    public string ToText(ModelFacts facts)
    {
        var report = Report(facts);
        var text = new StringBuilder();
        foreach (var key in report)
        {
            text.Append(CultureInfo.InvariantCulture, $"{PythonText.Shown(key.Key.Key)}: ");
            if (key.NearestName is { } nearest) text.Append(CultureInfo.InvariantCulture, $"hits nothing; nearest name '{nearest}'");
            else if (key.Decides.IsEmpty)
                text.Append(CultureInfo.InvariantCulture, $"decides nothing; longer keys take all {key.Hidden.Length} it hits");
            else text.Append(CultureInfo.InvariantCulture, $"decides {key.Decides.Length}, from {key.Decides[0]}{(key.Hidden.IsEmpty ? "" : $"; longer keys take {key.Hidden.Length}")}");
            text.Append('\n');
        }

        var met = report.SelectMany(k => k.Decides).ToHashSet(StringComparer.Ordinal);
        var others = facts.Parameters.Where(p => !met.Contains(p.Name)).ToList();
        if (others.Count > 0) text.Append(CultureInfo.InvariantCulture, $"no key: {others.Count}, from {others[0].Name}\n");
        return text.ToString();
    }

    /// <summary>The recipe of the configuration's constructor.</summary>
    /// <param name="parity">Whether to give the reference's result to the letter; otherwise a key that hits nothing is an error.</param>
    /// <exception cref="PlanException">An option is missing, or the constructor exists in several packages and nothing says which is meant.</exception>
    public IRecipe ToRecipe(bool parity = false) => MMEngineConstructors.Recipe(this, parity);

    /// <summary>The configuration's <c>param_scheduler</c>, in its order; empty where there is none.</summary>
    /// <exception cref="PlanException">A scheduler or an option of one has no counterpart here; the message names it.</exception>
    public ImmutableArray<Schedule> ToSchedules() => MMEngineSchedules.Read(Source["param_scheduler"], Accumulation);

    /// <summary>The length of training by <c>train_cfg</c>; null where the configuration has none.</summary>
    /// <param name="batchesPerEpoch">
    /// Batches in an epoch, at least 1: a configuration does not know the size of its data. Needed for <c>max_epochs</c>.
    /// </param>
    /// <remarks><c>accumulative_counts</c> of the optimizer wrapper are the batches per update, in windows across epochs.</remarks>
    /// <exception cref="PlanException">The configuration counts epochs and no length is given.</exception>
    public TrainingRun? ToRun(long? batchesPerEpoch = null) => MMEngineSchedules.Run(Source["train_cfg"], batchesPerEpoch, Accumulation);

    private int Accumulation => Source["optim_wrapper"] is ConfigMap wrapper ? MMEngineSchedules.AccumulationOf(wrapper) : 1;

    internal static void RefuseDelete(ConfigMap map, string where)
    {
        if (map.Has("_delete_")) throw new PlanException($"{where} has _delete_, which changes a _base_ that is not here. {PythonConfigReader.Advice}");
    }

    private ImmutableArray<CustomKey> Keys => Paramwise?.CustomKeys ?? [];

    private MMEngineImport With(ConfigMap options, bool anyField)
    {
        RefuseDelete(options, "paramwise_cfg");
        if (options["custom_keys"] is ConfigMap keys) RefuseDelete(keys, "custom_keys");
        var others = MMEngineConstructors.Options(Constructor);
        return this with { Options = options, Paramwise = CustomKeysReader.ReadParamwise(options, anyField, others) };
    }

    private static (string? Scope, string? Name) Scoped(object? constructor)
    {
        if (constructor is null) return (null, null);
        var name = ConfigValue.Text(constructor, "constructor");
        var dot = name.LastIndexOf('.');
        return dot < 0 ? (null, name) : (name[..dot], name[(dot + 1)..]);
    }
}
