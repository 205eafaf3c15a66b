using System.Text.RegularExpressions;
using NUnit.Framework.Constraints;

namespace LayerDecayGen.Tests.Recipes;

/// <summary>
/// Why a case fails in the reference, by Python's message, and what the recipe's message must then name: failing for another reason is
/// no agreement.
/// </summary>
public static class GoldenErrors
{
    private static readonly (string Python, string[] Ours)[] Reasons =
    [
        ("Conflicting overrides for '(.+)'", ["Overrides has '$1'"]),
        ("Duplicat.*'(.+)'", ["'$1' twice"]),
        ("bias_lr_factor requires base_lr", ["BiasLearningRateFactor needs BaseLearningRate"]),
        ("lr_factor_func requires base_lr", ["LayerDecay needs BaseLearningRate"]),
        (@"No learning rate specified for variable', (.+):0\)", ["no learning rate", "'$1'"]),
        ("BN is not supported", ["batch norm"]),
        (@"\*\* or pow\(\): 'NoneType'", ["(decay_rate) is not set"]),
        (@"for [+-]: 'NoneType' and 'int'", ["(num_layers) is not set"]),
        (@"for \*: ('float' and 'NoneType'|'NoneType' and 'float')", ["LearningRate", "is not set"]),
        (@"New atomic module type: <class '.*\.(\w+)'>", ["'$1', for which the reference has no rule"]),
        ("^KeyError 'fc_lr5'", ["fc_lr5"]),
        ("^KeyError '(weight_decay|layer_decay_rate)'", ["is not set"]),
        (@"invalid literal for int\(\) with base 10: '(.*)'", ["is not a number", "('$1')"]),
        (@"could not convert string to float: '(.*)'", ["must catch a number", "'$1'"]),
        ("^UnboundLocalError", ["the reference knows"]),
        ("no attribute '(backbone|blocks)'", ["has no", "'$1'"]),
        ("no attribute 'get'", ["no dictionary"]),
        ("empty parameter list", ["no trainable parameter"]),
        ("appear in more than one parameter group", ["is the same tensor as"]),
        ("base_wd should not be None", ["WeightDecay is not set"]),
        ("list index out of range", ["is in layer"]),
        ("^NotImplementedError", ["the reference accepts"]),
    ];

    public static Constraint ReasonOf(GoldenCase golden)
    {
        var error = golden.Json.GetProperty("error");
        var python = $"{error.TextAt("type")} {error.TextAt("message")}";
        foreach (var (pattern, ours) in Reasons)
        {
            if (Regex.Match(python, pattern) is not { Success: true } match) continue;
            return ours.Select(text => (Constraint)Does.Contain(match.Result(text)).IgnoreCase).Aggregate((all, one) => new AndConstraint(all, one));
        }

        throw new AssertionException($"{golden}: no reason is known for Python's '{python}': add what the recipe's message must name.");
    }
}
