namespace LayerDecayGen.Tests;

/// <summary>The golden cases that cannot agree, each with its reason: <c>file/id</c> to reason. The aim is an empty table.</summary>
public static class GoldenExceptions
{
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>();
}
