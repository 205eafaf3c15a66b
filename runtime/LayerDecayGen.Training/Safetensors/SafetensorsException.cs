namespace LayerDecayGen.Training;

/// <summary>A file that is not as the safetensors format says, or a tensor that the format cannot hold.</summary>
public sealed class SafetensorsException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was found, where, and what fixes it.</param>
    public SafetensorsException(string message) : base(message) { }

    /// <summary>Makes the exception with what caused it.</summary>
    /// <param name="message">What was found, where, and what fixes it.</param>
    /// <param name="inner">The cause.</param>
    public SafetensorsException(string message, Exception inner) : base(message, inner) { }
}
