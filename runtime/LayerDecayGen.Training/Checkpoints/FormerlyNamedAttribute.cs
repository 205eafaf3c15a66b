namespace LayerDecayGen.Training;

/// <summary>
/// The name that a member had when older checkpoints were written, so that they load after a renaming. It wins over the present name: two
/// members that exchanged names each get their own weights, and a new member with an old name gets none. A checkpoint that was written
/// with the attribute in place loads by present names.
/// </summary>
/// <param name="name">The member's old name: of a field, of a property, or the registered name where <c>[ComponentName]</c> gave one.</param>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property, AllowMultiple = true)]
public sealed class FormerlyNamedAttribute(string name) : Attribute
{
    /// <summary>The old name.</summary>
    public string Name { get; } = name;
}
