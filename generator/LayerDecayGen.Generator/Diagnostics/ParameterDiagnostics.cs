using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Diagnostics;

/// <summary>LDG020 to LDG029: paths and the parameters they mean.</summary>
public static class ParameterDiagnostics
{
    /// <summary>A path leads nowhere.</summary>
    public static readonly DiagnosticDescriptor NoSuchName = RuleFactory.Error(
        "LDG020",
        "A path matches nothing",
        "{0} matches no parameter of '{1}': '{2}' registers no '{3}'{4}");

    /// <summary>One attribute makes another ineffective.</summary>
    public static readonly DiagnosticDescriptor Hidden = RuleFactory.Warning(
        "LDG021",
        "An attribute hides another",
        "{0} on '{1}' has no effect: {2} hides it");

    /// <summary>Attributes that reach no model.</summary>
    public static readonly DiagnosticDescriptor NeverRead = RuleFactory.Warning(
        "LDG022",
        "An attribute is read by no model",
        "{0} in '{1}' has no effect: {2}");

    /// <summary>A path with too many names.</summary>
    public static readonly DiagnosticDescriptor PathTooLong = RuleFactory.Error(
        "LDG023",
        "A path is too long",
        "A path of [{0}] on '{1}' has {2} names; at most {3} can be followed; put the attribute on a class further in");

    /// <summary>An attribute where no parameter can be.</summary>
    public static readonly DiagnosticDescriptor NoEffect = RuleFactory.Warning(
        "LDG024",
        "An attribute stands where no parameter can be",
        "{0} on '{1}' has no effect: {2}");

    /// <summary>What the groups file says is no longer so.</summary>
    public static readonly DiagnosticDescriptor GroupsChanged = RuleFactory.Warning(
        "LDG025",
        "The groups file differs from the attributes",
        "{0}: {1}; if this change of training is meant, apply the fix or run 'dotnet build -t:UpdateGroups'");

    /// <summary>A name in quotes that the compiler could check.</summary>
    public static readonly DiagnosticDescriptor CouldBeNameOf = RuleFactory.Suggestion(
        "LDG029",
        "A member is named in quotes",
        "\"{0}\" names a member, and a rename would miss it; write nameof({1})");
}
