using System.Collections.Immutable;

namespace LayerDecayGen;

/// <summary>
/// Splits the groups of a recipe between two optimizers: hidden matrices for one of Muon's kind, which orthogonalises its updates, and
/// embeddings, heads, biases, norms and scalars for AdamW. Roles decide, which come from types: an embedding is none of the hidden matrices
/// whatever its name and shape.
/// </summary>
/// <param name="Inner">The recipe that decides scales and weight decays.</param>
/// <example><code>
/// var groups = model.GetParameterGroups(new SplitByRoleRecipe(new LayerDecayOptions { WeightDecay = 0.05 }));
/// var matrices = groups.Where(SplitByRoleRecipe.IsForMatrices);
/// </code></example>
public sealed record SplitByRoleRecipe(IRecipe Inner) : IRecipe
{
    /// <summary>The field of a group that says its optimizer: <see cref="Matrices"/> or <see cref="Rest"/>.</summary>
    public const string Field = "optimizer";

    /// <summary>The value of <see cref="Field"/> for hidden matrices.</summary>
    public const string Matrices = "matrices";

    /// <summary>The value of <see cref="Field"/> for everything else.</summary>
    public const string Rest = "rest";

    /// <summary>The roles that count as hidden matrices. Convolution kernels may be added for a Muon that flattens them.</summary>
    public ImmutableArray<ParameterRole> MatrixRoles { get; init; } = [ParameterRole.HiddenMatrix];

    /// <summary>The factor on the lr scale of hidden matrices, above 0: the two optimizers' rates differ by orders of magnitude.</summary>
    public double MatrixLearningRateScale { get; init; } = 1;

    /// <inheritdoc/>
    public string Name => $"{Inner.Name}, split by role";

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        Require.Positive(MatrixLearningRateScale);
        var plan = Inner.Plan(facts);
        if (!plan.Parameters.Any(p => IsMatrix(p.Fact)))
        {
            throw new PlanException($"{facts.ModelName} has no parameter of role {string.Join(", ", MatrixRoles)}: there is nothing to split off.");
        }

        var unknown = plan.Parameters.Where(p => p.Fact is { Role: ParameterRole.Unknown, Dimensions: > 1 }).Select(p => $"'{p.Fact.Name}'").ToList();
        var split = plan with { Parameters = [.. plan.Parameters.Select(Split)] };
        return unknown.Count == 0 ? split : split with
        {
            Warnings = plan.Warnings.Add($"{Name}: held by modules of the user's own, so of no known role, and left to the rest: {string.Join(", ", unknown)}."),
        };
    }

    /// <summary>Whether a group of such a plan is for the optimizer of hidden matrices.</summary>
    /// <param name="group">A group.</param>
    public static bool IsForMatrices(ParameterGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return group.Extra.TryGetValue(Field, out var optimizer) && optimizer is Matrices;
    }

    private bool IsMatrix(ParameterFact fact) => fact.Dimensions > 1 && MatrixRoles.Contains(fact.Role);

    private PlannedParameter Split(PlannedParameter planned)
    {
        var isMatrix = IsMatrix(planned.Fact);
        var kind = isMatrix ? Matrices : Rest;
        return planned with
        {
            LearningRateScale = planned.LearningRateScale * (isMatrix ? MatrixLearningRateScale : 1),
            Extra = planned.Extra.SetItem(Field, kind),
            Group = planned.Group is { } group ? $"{group}_{kind}" : null,
        };
    }
}
