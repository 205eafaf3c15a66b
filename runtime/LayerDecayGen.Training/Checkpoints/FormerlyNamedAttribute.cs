namespace LayerDecayGen.Training;

/// <summary>
/// The name a member had when older checkpoints were written, so that they load after a renaming. On an auto-property:
/// <c>[field: FormerlyNamed("old")]</c>.
/// </summary>
/// <param name="name">The old registered name, one segment.</param>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property, AllowMultiple = true)]
public sealed class FormerlyNamedAttribute(string name) : Attribute
{
    /// <summary>The old registered name.</summary>
    public string Name { get; } = name;
}
