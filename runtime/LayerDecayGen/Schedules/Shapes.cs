namespace LayerDecayGen;

/// <summary>How the last part of warm-up, stable, decay goes down.</summary>
public enum DecayShape
{
    /// <summary>1 - p.</summary>
    Linear,

    /// <summary>Half a cosine.</summary>
    Cosine,

    /// <summary>1 - √p: steep first (Hägele et al., "Scaling laws and compute-optimal training beyond fixed training durations").</summary>
    SquareRoot,

    /// <summary>By a constant factor an update, to a minimum above 0 (Hu et al., MiniCPM).</summary>
    Exponential,
}

/// <summary>How the height of a cycle changes.</summary>
public enum CyclicMode
{
    /// <summary>Not at all.</summary>
    Triangular,

    /// <summary>Halved after each cycle.</summary>
    Triangular2,

    /// <summary>Times a factor at each step.</summary>
    ExponentialRange,
}

/// <summary>How a value goes from one level to another.</summary>
public enum Anneal
{
    /// <summary>Along half a cosine.</summary>
    Cosine,

    /// <summary>Along a line.</summary>
    Linear,
}
