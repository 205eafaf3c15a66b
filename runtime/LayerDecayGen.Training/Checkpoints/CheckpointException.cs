namespace LayerDecayGen.Training;

/// <summary>A checkpoint that cannot be loaded. Nothing has been changed.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was found, where, and what fixes it.</param>
    public CheckpointException(string message) : base(message) { }

    /// <summary>Makes the exception with what caused it.</summary>
    /// <param name="message">What was found, where, and what fixes it.</param>
    /// <param name="inner">The cause.</param>
    public CheckpointException(string message, Exception inner) : base(message, inner) { }

    internal CheckpointException(string path, CheckpointDifference difference, Exception? cause)
        : base($"The checkpoint {path} does not fit, and nothing was loaded:{Environment.NewLine}{difference}", cause) => Difference = difference;

    /// <summary>How it differs from what it should be loaded into; null where the file itself is bad.</summary>
    public CheckpointDifference? Difference { get; }
}
