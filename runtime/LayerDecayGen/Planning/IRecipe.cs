namespace LayerDecayGen;

/// <summary>
/// How facts become hyper-parameters. A recipe is a pure function: same facts, same plan. <see cref="LayerDecayOptions"/> is the one of
/// this library; <c>LayerDecayGen.References</c> holds those of the references; a user's own implements this interface and needs no
/// registration.
/// </summary>
public interface IRecipe
{
    /// <summary>The name that reports show.</summary>
    string Name { get; }

    /// <summary>Decides lr scale and weight decay of every parameter.</summary>
    /// <param name="facts">The model.</param>
    /// <returns>One entry a trainable parameter.</returns>
    /// <exception cref="PlanException">An option contradicts the model or another option; the message names both.</exception>
    Plan Plan(ModelFacts facts);
}
