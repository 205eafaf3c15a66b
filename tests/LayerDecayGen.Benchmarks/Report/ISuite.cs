namespace LayerDecayGen.Benchmarks.Report;

/// <summary>A part of the report. Suites are listed in <c>Program.cs</c>, in the order of the report.</summary>
internal interface ISuite
{
    /// <summary>The heading, and what <c>--only</c> selects.</summary>
    string Name { get; }

    /// <summary>Measures.</summary>
    IEnumerable<Row> Run();
}
