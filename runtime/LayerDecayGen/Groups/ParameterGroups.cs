using System.Collections;
using LayerDecayGen.Layout;
using LayerDecayGen.Planning;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// The parameter groups of a live model: planned, merged and sealed, so that every trainable parameter is in exactly one of them. The generated
/// <c>Groups</c> class of a model derives from it and adds one typed section a member.
/// </summary>
public class ParameterGroups : IReadOnlyList<ParameterGroup>
{
    /// <summary>Builds the groups of a model.</summary>
    /// <param name="model">The live model, already on its device and in its dtype.</param>
    /// <param name="layout">What the compiler knows of the model class.</param>
    /// <param name="recipe">The rule.</param>
    public ParameterGroups(nn.Module model, LayerLayout layout, IRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
    }

    /// <summary>The model.</summary>
    public nn.Module Model { get; }

    /// <inheritdoc/>
    public int Count => Groups.Count;

    /// <inheritdoc/>
    public ParameterGroup this[int index] => Groups[index];

    private IReadOnlyList<ParameterGroup> Groups { get; } = [];

    /// <summary>
    /// Checks that the groups still hold the model's own parameters. Called at each use.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model was moved to another device or dtype since; <see cref="Rebind"/> is the remedy.</exception>
    public void EnsureBound() { }

    /// <summary>Takes the parameters of the model anew after it was moved to another device or dtype, with the same names and groups.</summary>
    public void Rebind() { }

    /// <inheritdoc/>
    public IEnumerator<ParameterGroup> GetEnumerator() => Groups.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A typed view of a section that is not a stack.</summary>
    /// <param name="index">Index into the layout's sections.</param>
    protected SectionView Section(int index) => new(this, index);

    /// <summary>A typed view of a stack.</summary>
    /// <param name="index">Index into the layout's sections.</param>
    protected StackView Stack(int index) => new(this, index);
}

/// <summary>A typed handle on the parameters of one section: changing it re-plans the groups.</summary>
public class SectionView
{
    internal SectionView(ParameterGroups groups, int section) => (Owner, Index) = (groups, section);

    internal ParameterGroups Owner { get; }

    internal int Index { get; }
}

/// <summary>A typed handle on a stack; its children by index.</summary>
public sealed class StackView : SectionView
{
    internal StackView(ParameterGroups groups, int section) : base(groups, section) { }
}
