namespace LayerDecayGen.Generator.Tests.Rules;

/// <summary>What a test shows of a rule.</summary>
public enum Shows
{
    /// <summary>The rule is reported where it should be.</summary>
    Positive,

    /// <summary>The rule is silent where nothing is wrong.</summary>
    Negative,
}

/// <summary>Ties a test to a rule; a rule without a positive and a negative test fails the build of rules.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RuleAttribute(string id, Shows shows) : Attribute
{
    public string Id { get; } = id;

    public Shows Shows { get; } = shows;
}
