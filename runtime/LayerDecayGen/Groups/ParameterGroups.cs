using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using LayerDecayGen.Layout;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// The parameter groups of a live model: planned, merged by equal hyper-parameters and sealed, so that every trainable parameter is in
/// exactly one of them. The generated <c>Groups</c> class of a model derives from it and adds one typed section a member.
/// </summary>
/// <remarks>Frozen parameters are in no group. A tied tensor is in the group of its owner: the name in the lowest layer.</remarks>
public class ParameterGroups : IReadOnlyList<ParameterGroup>
{
    private readonly LayerLayout? _layout;
    private readonly IRecipe _recipe;
    private readonly SectionOverrides _overrides = new();
    private LiveModel _live;
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
        _live = LiveModel.Read(model, layout, problems);
        if (problems.Count > 0) throw new ModelSealException(_live.Facts.ModelName, problems);
        _groups = PlanGroups();
        foreach (var index in _live.ToFreeze) _live.Parameters[index].requires_grad = false;
        foreach (var fact in Plan.Frozen) _live[fact.Name].requires_grad = false;
    }

    /// <summary>Builds the groups of a model without attributes: the recipe brings its own rule for layers.</summary>
    /// <param name="model">The live model, already on its device and in its dtype.</param>
    /// <param name="recipe">The rule from facts to hyper-parameters.</param>
    /// <exception cref="ModelSealException">Recipe and model do not fit.</exception>
    /// <exception cref="PlanException">An option of the recipe cannot hold for this model.</exception>
    public ParameterGroups(nn.Module model, IRecipe recipe) : this(model, null, recipe) { }

    /// <summary>The model.</summary>
    public nn.Module Model { get; }

    /// <summary>What is known of the model: one fact a registered parameter, frozen and tied ones included.</summary>
    public ModelFacts Facts => _live.Facts;

    /// <summary>What was decided for every parameter, typed sections included: what exports take.</summary>
    public Plan Plan { get; private set; } = new([]);

    /// <summary>What a person should know about the plan.</summary>
    public ImmutableArray<string> Warnings { get; private set; } = [];

    /// <summary>Whether an optimizer was made from the groups; typed sections can no longer be changed then.</summary>
    public bool InUse { get; private set; }

    /// <inheritdoc/>
    public int Count => _groups.Length;

    /// <inheritdoc/>
    public ParameterGroup this[int index] => _groups[index];

    /// <summary>Checks that the groups still hold the model's own parameters; everything that uses the tensors calls it first.</summary>
    /// <exception cref="InvalidOperationException">
    /// The model was moved to another device or dtype since, which replaces its parameters; <see cref="Rebind"/> is the remedy.
    /// </exception>
    public void EnsureBound() => _live.EnsureAlive();

    /// <summary>
    /// Takes the parameters of the model anew after it was moved to another device or dtype, into the same groups. Optimizers made before
    /// hold the old ones: make them anew.
    /// </summary>
    /// <exception cref="ModelSealException">The model no longer has the parameters that the groups were made for.</exception>
    public void Rebind()
    {
        var problems = new List<string>();
        var live = LiveModel.Read(Model, _layout, problems);
        problems.AddRange(_live.DifferencesTo(live));
        if (problems.Count > 0) throw new ModelSealException(live.Facts.ModelName, problems);
        _live = live;
        foreach (var group in _groups) group.Bind(ParametersOf(group.ParameterNames));
    }

    /// <summary>The name of a parameter that the model has another object for than the groups; null where there is none.</summary>
    internal string? FirstReplaced() => _live.FirstReplaced(Model);

    /// <summary>The groups as an aligned table: layer, lr scale, learning rate, weight decay, tensors, elements and first names.</summary>
    /// <param name="baseLearningRate">The rate of a parameter of scale 1; null leaves the column empty.</param>
    public string ToTable(double? baseLearningRate = null) => GroupTable.Render(this, baseLearningRate);

    /// <inheritdoc/>
    public override string ToString() => ToTable();

    /// <inheritdoc/>
    public IEnumerator<ParameterGroup> GetEnumerator() => ((IEnumerable<ParameterGroup>)_groups).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// Hands the groups to an optimizer: from here on a typed section cannot be changed, because the optimizer would not see it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model was moved since the groups were made.</exception>
    public void Use()
    {
        EnsureBound();
        InUse = true;
    }

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
            _groups = PlanGroups();
        }
        catch
        {
            _overrides.Set(section, child, before);
            throw;
        }
    }

    private ImmutableArray<ParameterGroup> PlanGroups()
    {
        var facts = _live.Facts with { Parameters = _overrides.Apply(_live.Facts.Parameters) };
        var plan = _recipe.Plan(facts);
        var (problems, warnings) = Seal.Check(_live, plan, _recipe.Name);
        if (problems.Length > 0) throw new ModelSealException(facts.ModelName, problems);
        Plan = plan;
        Warnings = plan.Warnings.AddRange(warnings);
        return [.. PlannedGroup.Merge(plan).Select(g => MakeGroup(g))];
    }

    private ParameterGroup MakeGroup(PlannedGroup plan)
    {
        ImmutableArray<string> names = [.. plan.Parameters.Select(p => p.Fact.Name)];
        return new ParameterGroup(plan, names, ParametersOf(names));
    }

    private Parameter[] ParametersOf(ImmutableArray<string> names) => [.. names.Select(n => _live[n])];
}
