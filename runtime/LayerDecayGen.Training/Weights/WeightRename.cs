namespace LayerDecayGen.Training;

/// <summary>
/// A rename of tensors between a file and a model. <c>*</c> stands for one part of a name between dots and <c>**</c> for anything; what the
/// first stands for in <paramref name="From"/> goes where the first is in <paramref name="To"/>, and so on.
/// </summary>
/// <param name="From">The name in the file, after the prefix was changed.</param>
/// <param name="To">The name in the model.</param>
/// <example><code>new WeightRename("**.LayerNorm.gamma", "**.LayerNorm.weight")</code></example>
public sealed record WeightRename(string From, string To);
