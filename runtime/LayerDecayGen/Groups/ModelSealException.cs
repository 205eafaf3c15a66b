using System.Collections.Immutable;
using System.Text;

namespace LayerDecayGen;

/// <summary>
/// The declaration, the recipe and the live model do not fit: some parameter would be in no group or in two. All problems are told at once,
/// each with the parameters it concerns and what would fix it; no group was made and nothing in the model was changed.
/// </summary>
public sealed class ModelSealException : Exception
{
    /// <summary>Makes the exception from the problems found.</summary>
    /// <param name="modelName">The model class.</param>
    /// <param name="problems">The problems, one sentence each.</param>
    public ModelSealException(string modelName, IEnumerable<string> problems) : this(modelName, [.. problems]) { }

    private ModelSealException(string modelName, ImmutableArray<string> problems) : base(Describe(modelName, problems)) =>
        Problems = problems;

    /// <summary>The problems, one sentence each.</summary>
    public ImmutableArray<string> Problems { get; }

    private static string Describe(string modelName, ImmutableArray<string> problems)
    {
        var text = new StringBuilder();
        text.Append("The parameter groups of ").Append(modelName).Append(" do not fit the model (")
            .Append(problems.Length).Append(problems.Length == 1 ? " problem):" : " problems):");
        foreach (var problem in problems) text.Append("\n  - ").Append(problem);
        return text.ToString();
    }
}
