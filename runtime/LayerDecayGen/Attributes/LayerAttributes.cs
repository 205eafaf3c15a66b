namespace LayerDecayGen;

/// <summary>
/// What every attribute of the vocabulary shares: it may stand on a member of a model, or on the model class with a path to what lies below
/// a member whose type cannot be annotated, for example <c>[Layer(0, "encoder.embeddings")]</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property | AttributeTargets.Class, AllowMultiple = true, Inherited = true)]
public abstract class LayerMemberAttribute : Attribute
{
    private protected LayerMemberAttribute(string[] paths) => Paths = paths;

    /// <summary>
    /// Dotted registered names from the class, or from the member, that carries the attribute; empty for the class or member itself. A
    /// segment may be a template with one hole, as in <c>"block_{i}"</c> or <c>"layers.{s}.blocks.{j}"</c>. Several paths in one attribute
    /// are the same as one attribute for each. Checked at build as far as types are known.
    /// </summary>
    public IReadOnlyList<string> Paths { get; }
}

/// <summary>Everything below the member is layer <see cref="Number"/>; 0 is the stem.</summary>
public sealed class LayerAttribute : LayerMemberAttribute
{
    /// <summary>Puts the member into a layer.</summary>
    /// <param name="number">The layer, counted from 0 (the stem).</param>
    public LayerAttribute(int number) : base([]) => Number = number;

    /// <summary>Puts what lies at each path into a layer.</summary>
    /// <param name="number">The layer, counted from 0 (the stem).</param>
    /// <param name="paths">Dotted registered names below this class.</param>
    public LayerAttribute(int number, params string[] paths) : base(paths) => Number = number;

    /// <summary>The layer, counted from 0 (the stem).</summary>
    public int Number { get; }
}

/// <summary>
/// Each indexed child of the member is the next layer: a <c>ModuleList</c>, a <c>Sequential</c>, a <c>ModuleDict</c>, a native
/// <c>TransformerEncoder</c>, names given by a template, or a module that holds exactly one such list. The first stack starts at the first
/// layer that no <see cref="LayerAttribute"/> claims; further stacks count on.
/// </summary>
public sealed class LayerStackAttribute : LayerMemberAttribute
{
    /// <summary>The member's children are the layers.</summary>
    public LayerStackAttribute() : base([]) { }

    /// <summary>The children of what lies at each path are the layers.</summary>
    /// <param name="paths">Dotted registered names below this class, or a template with holes such as
    /// <c>"layers.{s}.blocks.{i}"</c>.</param>
    public LayerStackAttribute(params string[] paths) : base(paths) { }

    /// <summary>
    /// Position among the stacks and next layers; those of equal order are parallel and share layers. Unset: the order in which the
    /// attributes are written, members in the order of the text, paths in the order of the attributes on the class.
    /// </summary>
    public int Order { get; set; } = Undefined;

    /// <summary>How many consecutive children form one layer; at least 1.</summary>
    public int BlocksPerLayer { get; set; } = 1;

    /// <summary>
    /// The number of children where it is constant: scales become constants, and the live model is checked against it. Unset: 0.
    /// </summary>
    public int Count { get; set; }

    /// <summary>
    /// Whether a child without parameters (an activation, a concatenation) takes a layer too, so that a child's layer is its index, as in
    /// mmdetection. Unset: such children are passed over and the layers close up, as in timm.
    /// </summary>
    public bool CountEmpty { get; set; }

    /// <summary>
    /// Name of a static method <c>int Method(int index)</c>, or <c>int Method(int stage, int index)</c>, that gives a child's layer.
    /// </summary>
    public string? LayerOf { get; set; }

    /// <summary>The value of <see cref="Order"/> that stands for the order in which the attributes are written.</summary>
    public const int Undefined = int.MinValue;
}

/// <summary>
/// The member shares the layer opened last before it: timm puts the final norm of a ViT there, a stage its down-sampling.
/// </summary>
public sealed class PreviousLayerAttribute : LayerMemberAttribute
{
    /// <summary>The member shares the layer opened last before it.</summary>
    public PreviousLayerAttribute() : base([]) { }

    /// <summary>What lies at each path shares the layer opened last before it.</summary>
    /// <param name="paths">Dotted registered names below this class.</param>
    public PreviousLayerAttribute(params string[] paths) : base(paths) { }
}

/// <summary>
/// The member takes a layer of its own, after the one opened last before it: a single module between two stacks, such as the middle of a
/// U-Net. It counts on in the order of the attributes, as stacks do.
/// </summary>
public sealed class NextLayerAttribute : LayerMemberAttribute
{
    /// <summary>The member takes the next layer.</summary>
    public NextLayerAttribute() : base([]) { }

    /// <summary>What lies at each path takes the next layer, one layer for each path.</summary>
    /// <param name="paths">Dotted registered names below this class.</param>
    public NextLayerAttribute(params string[] paths) : base(paths) { }

    /// <summary>Position among stacks and next layers, as <see cref="LayerStackAttribute.Order"/>.</summary>
    public int Order { get; set; } = LayerStackAttribute.Undefined;
}

/// <summary>The member is the top layer: one above every other, lr scale 1.</summary>
public sealed class LastLayerAttribute : LayerMemberAttribute
{
    /// <summary>The member is the top layer.</summary>
    public LastLayerAttribute() : base([]) { }

    /// <summary>What lies at each path is the top layer.</summary>
    /// <param name="paths">Dotted registered names below this class.</param>
    public LastLayerAttribute(params string[] paths) : base(paths) { }
}
