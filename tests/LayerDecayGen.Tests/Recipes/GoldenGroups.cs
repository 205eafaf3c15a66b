using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using LayerDecayGen.Planning;

namespace LayerDecayGen.Tests.Recipes;

/// <summary>
/// Compares groups with those of a reference: names, order, membership, layers, decays and further fields exactly, scales and rates to 1e-12; a key that
/// the reference did not set is absent here too.
/// </summary>
public static class GoldenGroups
{
    private const double Tolerance = 1e-12;

    public static void Compare(GoldenCase golden, ModelFacts facts, Plan plan, double baseLearningRate)
    {
        var groups = PlannedGroup.Merge(plan);
        var expected = golden.Json.GetProperty("groups").EnumerateArray().ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(groups.Select(g => Members(g.Parameters)), Is.EqualTo(expected.Select(g => string.Join(' ', g.Field("params").Texts()))), "membership");
            foreach (var (group, reference) in groups.Zip(expected)) CompareGroup(group, reference, baseLearningRate);
            CompareViolations(golden, facts, plan);
        }
    }

    private static void CompareGroup(PlannedGroup group, JsonElement reference, double baseLearningRate)
    {
        var label = group.Name;
        if (reference.TextAt("name") is { } name) Assert.That(group.Name, Is.EqualTo(name));
        Assert.That(group.Layer, Is.EqualTo(reference.IntegerAt("layer_id")), $"{label}: layer");
        Assert.That(group.WeightDecay, Is.EqualTo(reference.NumberAt("weight_decay")), $"{label}: weight decay");
        if (reference.NumberAt("lr_scale") is { } scale) AssertNear(group.LearningRateScale, scale, $"{label}: lr scale");
        if (reference.NumberAt("lr") is { } rate) AssertNear(group.EffectiveLearningRate(baseLearningRate), rate, $"{label}: lr");
        else Assert.That(group.LearningRate, Is.Null, $"{label}: lr");
        if (reference.Field("lr_scale") is null && reference.Field("lr") is null) Assert.That(group.LearningRateScale, Is.EqualTo(1), $"{label}: lr scale");
        Assert.That(group.Extra.Select(e => $"{e.Key}={Text(e.Value)}"), Is.EquivalentTo(Extras(reference)), $"{label}: extra");
    }

    private static IEnumerable<string> Extras(JsonElement reference) =>
        reference.Field("extra") is { } extra ? extra.EnumerateObject().Select(e => $"{e.Name}={Text(e.Value)}") : [];

    private static string Text(object value) => value switch
    {
        JsonElement { ValueKind: JsonValueKind.Number } number => number.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        JsonElement { ValueKind: JsonValueKind.True } => "True",
        JsonElement { ValueKind: JsonValueKind.False } => "False",
        JsonElement other => other.GetRawText(),
        IConvertible and (double or int or long or float) => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    // The reference's own breaches of "every trainable parameter in exactly one group" are part of its result.
    private static void CompareViolations(GoldenCase golden, ModelFacts facts, Plan plan)
    {
        var reference = golden.Json.Field("violations") ?? default;
        var planned = plan.Parameters.Select(p => p.Fact.Name).ToList();
        var counts = planned.CountBy(n => n).ToDictionary();
        Assert.That(
            facts.Trainable().Select(p => p.Name).Where(n => !counts.ContainsKey(n)), Is.EquivalentTo(reference.Field("missing").Texts()), "missing");
        Assert.That(counts.Where(c => c.Value > 1).Select(c => c.Key), Is.EquivalentTo(reference.Field("in_several_groups").Texts()), "in several groups");
        Assert.That(
            plan.Parameters.Where(p => p.Fact.Frozen).Select(p => p.Fact.Name), Is.EquivalentTo(reference.Field("frozen_included").Texts()), "frozen");
    }

    private static string Members(ImmutableArray<PlannedParameter> parameters) => string.Join(' ', parameters.Select(p => p.Fact.Name));

    private static void AssertNear(double actual, double expected, string what) =>
        Assert.That(actual, Is.EqualTo(expected).Within(Tolerance * Math.Abs(expected)), what);
}
