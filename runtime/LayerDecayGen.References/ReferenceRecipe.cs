namespace LayerDecayGen.References;

/// <summary>
/// A reference as two pure functions over facts: what its code does to the letter, and the same with its defects corrected.
/// <see cref="Parity"/> picks. Without it <see cref="LayerDecayGen.Plan.Warnings"/> say where the two plans differ, parameter by parameter.
/// </summary>
public abstract record ReferenceRecipe : IRecipe
{
    /// <summary>Whether to give the reference's result to the letter, defects included.</summary>
    public bool Parity { get; init; }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>The learning rate of scale 1 where the options state it: rates stated outright are compared by it.</summary>
    internal virtual double? StatedRate => null;

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (Parity) return Literal(facts) with { Parity = true };
        var corrected = Corrected(facts);
        return corrected with { Warnings = [.. corrected.Warnings, .. PlanDifference.Between(this, facts, corrected)] };
    }

    /// <summary>What the reference does. Fails where the reference fails.</summary>
    internal abstract Plan Literal(ModelFacts facts);

    /// <summary>What the reference means.</summary>
    internal abstract Plan Corrected(ModelFacts facts);
}
