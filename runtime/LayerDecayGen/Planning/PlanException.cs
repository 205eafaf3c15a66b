namespace LayerDecayGen;

/// <summary>An option that cannot hold for the model at hand. The message names the option, what was found and what would fix it.</summary>
/// <param name="message">The explanation.</param>
public sealed class PlanException(string message) : Exception(message);
