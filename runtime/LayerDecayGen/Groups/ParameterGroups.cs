using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using LayerDecayGen.Layout;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// The parameter groups of a live model: planned, merged by equal hyper-parameters and sealed, so that every trainable parameter is in
/// exactly one of them. The generated <c>Groups</c> class of a model derives from it and adds one typed section per member.
/// </summary>
/// <remarks>Frozen parameters are in no group. A tied tensor is in the group of its owner: the name in the lowest layer.</remarks>
public class ParameterGroups : IReadOnlyList<ParameterGroup>
{
    private readonly LayerLayout? _layout;
    private readonly IRecipe _recipe;
    private readonly SectionOverrides _overrides = new();
    private readonly List<IPresentRates> _optimizers = [];
    private ImmutableArray<ParameterGroup> _groups;

    /// <summary>Builds the groups of a model by its declaration. Called by generated code.</summary>
    /// <param name="model">The live model, already on its device and in its dtype.</param>
    /// <param name="layout">What the compiler knows of the model class; null for a model without attributes, whose layers the recipe must
    /// know.</param>
    /// <param name="recipe">The rule from facts to hyper-parameters.</param>
    /// <exception cref="ModelSealException">Declaration, recipe and model do not fit; the message names the parameters and the
    /// remedy.</exception>
    /// <exception cref="PlanException">An option of the recipe cannot hold for this model.</exception>
    public ParameterGroups(nn.Module model, LayerLayout? layout, IRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(recipe);
        (Model, _layout, _recipe) = (model, layout, recipe);
        var problems = new List<string>();
        Live = LiveModel.Read(model, layout, problems);
        if (problems.Count > 0) throw new ModelSealException(Live.Facts.ModelName, problems);
        Facts = Live.Facts;
        PlanAnew();
    }

    /// <summary>Builds the groups of a model without attributes: the recipe brings its own rule for layers.</summary>
    /// <param name="model">The live model, already on its device and in its dtype.</param>
    /// <param name="recipe">The rule from facts to hyper-parameters.</param>
    /// <exception cref="ModelSealException">Recipe and model do not fit.</exception>
    /// <exception cref="PlanException">An option of the recipe cannot hold for this model.</exception>
    public ParameterGroups(nn.Module model, IRecipe recipe) : this(model, null, recipe) { }

    /// <summary>The model.</summary>
    public nn.Module Model { get; }

    /// <summary>
    /// What is known of the model: one fact per registered parameter, frozen and tied ones included, with what was changed on typed
    /// sections.
    /// </summary>
    public ModelFacts Facts { get; private set; }

    /// <summary>What was decided for every parameter, typed sections included: what exports take.</summary>
    public Plan Plan { get; private set; } = new([]);

    /// <summary>What a person should know about the plan.</summary>
    public ImmutableArray<string> Warnings { get; private set; } = [];

    /// <summary>
    /// Whether an optimizer was made from the groups; scale and weight decay of typed sections can no longer be changed then.
    /// </summary>
    public bool InUse { get; private set; }

    /// <summary>Every section of the declaration, named by its path; empty without a declaration.</summary>
    public IReadOnlyList<SectionView> Sections => _layout is null ? [] : [.. Enumerable.Range(0, _layout.Sections.Count).Select(SectionAt)];

    /// <inheritdoc/>
    public int Count => _groups.Length;

    /// <inheritdoc/>
    public ParameterGroup this[int index] => _groups[index];

    /// <summary>Checks that the groups still hold the model's own parameters; everything that uses the tensors calls it first.</summary>
    /// <exception cref="InvalidOperationException">
    /// The model was moved to another device or dtype since, which replaces its parameters; <see cref="Rebind"/> is the remedy.
    /// </exception>
    public void EnsureBound() => Live.EnsureAlive();

    /// <summary>
    /// Takes the parameters of the model anew after it was moved to another device or dtype, into the same groups. Optimizers made before
    /// hold the old ones: make them anew.
    /// </summary>
    /// <exception cref="ModelSealException">The model no longer has the parameters that the groups were made for.</exception>
    public void Rebind()
    {
        var problems = new List<string>();
        var live = LiveModel.Read(Model, _layout, problems);
        problems.AddRange(Live.DifferencesTo(live));
        if (problems.Count > 0) throw new ModelSealException(live.Facts.ModelName, problems);
        Live = live.WithFactsOf(Live);
    }

    internal LiveModel Live { get; private set; }

    /// <summary>
    /// The groups as an aligned table: layer, lr scale, learning rate, weight decay, tensors, elements and first names.
    /// </summary>
    /// <param name="baseLearningRate">
    /// The rate of a parameter of scale 1, 0 or more. Null shows the present rates of the optimizer that was made from the groups; without
    /// one the column is empty.
    /// </param>
    /// <param name="width">The most columns of a row; names are shortened from the left to fit. At least 80.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public string ToTable(double? baseLearningRate = null, int width = 120)
    {
        if (baseLearningRate is { } rate) Require.NotNegative(rate, nameof(baseLearningRate));
        return GroupTable.Render(this, baseLearningRate ?? Plan.BaseLearningRate, Require.AtLeast(width, 80));
    }

    /// <inheritdoc/>
    public override string ToString() => ToTable();

    /// <summary>
    /// The text of a groups file for this model: one line per section as the attributes have it, with layer numbers, lr scales and what was
    /// changed on sections.
    /// </summary>
    /// <exception cref="InvalidOperationException">The groups were not generated from attributes.</exception>
    public string ToGroupsFile() => GroupsFile().ToString();

    /// <summary>
    /// Compares the live model with a groups file, for what is known at run time only: the depth, and changes of sections. A file without
    /// layer numbers, as <c>dotnet build -t:UpdateGroups</c> writes it for a depth that is not constant, leaves them open.
    /// </summary>
    /// <param name="path">A file with the text of <see cref="ToGroupsFile"/>, or the one beside the class.</param>
    /// <exception cref="InvalidOperationException">
    /// Something differs, and the message shows the lines before and after; or the groups were not generated from attributes.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void EnsureMatches(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LiveGroupsFile.EnsureMatches(GroupsFile(), path);
    }

    private Review.GroupsFile GroupsFile() => LiveGroupsFile.Of(
        _layout?.GroupsFile ?? throw new InvalidOperationException($"The groups of {Facts.ModelName} come from no attributes: annotate the class to lock them in a file."),
        this,
        _overrides);

    /// <inheritdoc/>
    public IEnumerator<ParameterGroup> GetEnumerator() => ((IEnumerable<ParameterGroup>)_groups).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// Hands the groups to an optimizer: from here on scale and weight decay of a typed section cannot be changed, because the optimizer
    /// would not see it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model was moved since the groups were made.</exception>
    public void Use()
    {
        EnsureBound();
        InUse = true;
    }

    /// <summary>The same for an optimizer that can be asked for its present rates.</summary>
    internal void Use(IPresentRates optimizer)
    {
        Use();
        _optimizers.Add(optimizer);
    }

    /// <summary>Present rates of parameters in the optimizers made last first; empty without one.</summary>
    internal IEnumerable<(double LearningRate, double? WeightDecay)> PresentRates(IEnumerable<string> parameters) =>
        parameters.Select(PresentRatesOf).OfType<(double, double?)>();

    private (double LearningRate, double? WeightDecay)? PresentRatesOf(string parameter) =>
        Enumerable.Reverse(_optimizers).Select(o => o.RatesOf(parameter)).FirstOrDefault(r => r is not null);

    /// <summary>A typed view of a section that is not a stack. Called by generated code.</summary>
    /// <param name="index">Index into the layout's sections.</param>
    /// <param name="name">The property that shows it.</param>
    protected SectionView Section(int index, [CallerMemberName] string name = "") => new(this, name, index, SectionView.WholeSection);

    /// <summary>A typed view of a stack. Called by generated code.</summary>
    /// <param name="index">Index into the layout's sections.</param>
    /// <param name="name">The property that shows it.</param>
    protected StackView Stack(int index, [CallerMemberName] string name = "") => new(this, name, index);

    internal SectionOverride OverrideOf(int section, int child) => _overrides.Get(section, child);

    /// <summary>Changes a section and plans anew; when the new plan does not hold, the old one stays.</summary>
    internal void Override(int section, int child, SectionOverride value)
    {
        if (InUse)
            throw new InvalidOperationException("An optimizer was already made from these groups and would not see the change. Change sections before Create…, or call GetParameterGroups again.");
        var before = _overrides.Get(section, child);
        _overrides.Set(section, child, value);
        try
        {
            PlanAnew();
        }
        catch
        {
            _overrides.Set(section, child, before);
            throw;
        }
    }

    /// <summary>Freezes or thaws a section; during training in place, without touching groups.</summary>
    internal void Freeze(SectionView view, int section, int child, SectionOverride value)
    {
        if (!InUse)
        {
            Override(section, child, value);
            return;
        }

        SetFrozen(view.Facts.Where(f => f.TiedTo is null).Select(f => f.Name).ToHashSet(StringComparer.Ordinal), value.Frozen == true);
        _overrides.Set(section, child, value);
    }

    /// <summary>Freezes or thaws parameters during training, in place: groups and optimizers stay as they are.</summary>
    /// <param name="names">Registered names; a name that is tied to another is refused, because it goes with its owner.</param>
    /// <param name="frozen">Whether they are frozen; their gradients are then dropped.</param>
    /// <exception cref="ArgumentException">A name is no parameter of the model, or is tied to another.</exception>
    /// <exception cref="InvalidOperationException">A parameter is thawed that is in no group, so that no optimizer would step it.</exception>
    public void SetFrozen(IReadOnlySet<string> names, bool frozen)
    {
        ArgumentNullException.ThrowIfNull(names);
        EnsureBound();
        if (names.FirstOrDefault(n => Live.IndexOf(n) < 0) is { } unknown)
            throw new ArgumentException($"'{unknown}' is no parameter of {Facts.ModelName}.", nameof(names));
        if (Facts.Parameters.FirstOrDefault(f => f.TiedTo is not null && names.Contains(f.Name)) is { } tied)
            throw new ArgumentException($"'{tied.Name}' is tied to '{tied.TiedTo}': freeze or thaw that.", nameof(names));
        var stepped = _groups.SelectMany(g => g.ParameterNames).ToHashSet(StringComparer.Ordinal);
        if (!frozen && names.FirstOrDefault(n => !stepped.Contains(n)) is { } lost)
            throw new InvalidOperationException($"'{lost}' was frozen when the optimizer was made, so no optimizer would step it. Thaw it before Create…, and freeze it afterwards; or make groups and optimizer anew.");
        Facts = Facts with { Parameters = [.. Facts.Parameters.Select(f => names.Contains(f.Name) ? f with { Frozen = frozen } : f)] };
        foreach (var name in names) SetTrainable(Live[name], !frozen);
    }

    private void PlanAnew()
    {
        var facts = Live.Facts with { Parameters = _overrides.Apply(Live.Facts.Parameters) };
        var plan = _recipe.Plan(facts);
        var (problems, warnings) = Seal.Check(Live, facts, plan, _recipe.Name);
        if (problems.Length > 0) throw new ModelSealException(facts.ModelName, problems);
        (Facts, Plan, Warnings) = (facts, plan, plan.Warnings.AddRange(warnings).AddRange(Live.Warnings));
        _groups = [.. ParameterGroup.FromPlan(plan).Select(g => g.BoundTo(this))];
        var frozen = plan.Frozen.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < facts.Parameters.Length; i++)
            if (facts.Parameters[i] is { TiedTo: null } fact)
                SetTrainable(Live.Parameters[i], !fact.Frozen && !frozen.Contains(fact.Name));
    }

    private static void SetTrainable(Parameter parameter, bool trainable)
    {
        if (parameter.requires_grad == trainable) return;
        parameter.requires_grad = trainable;
        if (!trainable && parameter.grad is not null) parameter.grad = null;
    }

    private SectionView SectionAt(int index)
    {
        var section = _layout!.Sections[index];
        return section.Kind == SectionKind.Stack ? new StackView(this, section.Path, index) : new SectionView(this, section.Path, index, SectionView.WholeSection);
    }
}
