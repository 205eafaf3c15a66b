using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace LayerDecayGen.Tests.Recipes;

/// <summary>
/// Compares groups with those of a reference: names, order, membership, layers, decays and further fields exactly, scales and rates to 1e-12; a key that
/// the reference did not set is absent here too.
/// </summary>
public static class GoldenGroups
{
    private const double Tolerance = 1e-12;

    public static void Compare(GoldenCase golden, ModelFacts facts, Plan plan, GoldenRecipe recipe)
    {
        var groups = ParameterGroup.FromPlan(plan);
        // TSM's lists are groups even when empty; an empty group steps nothing, and there is none here.
        var expected = golden.Json.GetProperty("groups").EnumerateArray().Where(g => g.GetProperty("params").GetArrayLength() > 0).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(groups.Select(g => Members(g.Planned)), Is.EqualTo(expected.Select(g => string.Join(' ', g.Field("params").Texts()))), "membership");
            foreach (var (group, reference) in groups.Zip(expected)) CompareGroup(group, reference, recipe);
            CompareViolations(golden, facts, plan);
        }
    }

    private static void CompareGroup(ParameterGroup group, JsonElement reference, GoldenRecipe recipe)
    {
        var label = group.Name;
        if (reference.TextAt("name") is { } name) Assert.That(group.Planned[0].Group, Is.EqualTo(name));
        CompareLayer(group, reference, label);
        Assert.That(group.WeightDecay ?? recipe.OptimizersWeightDecay, Is.EqualTo(reference.NumberAt("weight_decay")), $"{label}: weight decay");
        if (reference.NumberAt("lr_scale") is { } scale) AssertNear(group.LearningRateScale, scale, $"{label}: lr scale");
        if (reference.NumberAt("lr") is { } rate) AssertNear(group.LearningRate(recipe.BaseLearningRate), rate, $"{label}: lr");
        else Assert.That(group.Planned[0].LearningRate, Is.Null, $"{label}: lr");
        if (reference.Field("lr_scale") is null && reference.Field("lr") is null) Assert.That(group.LearningRateScale, Is.EqualTo(1), $"{label}: lr scale");
        Assert.That(group.Extra.Select(e => $"{e.Key}={Text(e.Value)}"), Is.EquivalentTo(Extras(reference)), $"{label}: extra");
    }

    // A reference whose groups are named otherwise than by layer knows no layers.
    private static void CompareLayer(ParameterGroup group, JsonElement reference, string label)
    {
        if (reference.IntegerAt("layer_id") is { } layer) Assert.That(group.Layer, Is.EqualTo(layer), $"{label}: layer");
        else if (reference.TextAt("name") is { } name && !name.StartsWith("layer_")) Assert.That(group.Layer, Is.Null, $"{label}: layer");
    }

    private static IEnumerable<string> Extras(JsonElement reference) =>
        reference.Field("extra") is { } extra ? extra.EnumerateObject().Select(e => $"{e.Name}={Text(e.Value)}") : [];

    private static string Text(object value) => value switch
    {
        JsonElement { ValueKind: JsonValueKind.Number } number => number.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        JsonElement { ValueKind: JsonValueKind.True } => "True",
        JsonElement { ValueKind: JsonValueKind.False } => "False",
        JsonElement { ValueKind: JsonValueKind.Array } list => $"[{string.Join(", ", list.EnumerateArray().Select(e => Text(e)))}]",
        JsonElement other => other.GetRawText(),
        IConvertible and (double or int or long or float) => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
        IEnumerable<double> list => $"[{string.Join(", ", list.Select(e => Text(e)))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    // The reference's own breaches of "every trainable parameter in exactly one group" are part of its result.
    private static void CompareViolations(GoldenCase golden, ModelFacts facts, Plan plan)
    {
        var reference = golden.Json.Field("violations") ?? default;
        var setAside = golden.Json.Field("excluded_by_no_opt_scale").Texts();
        var planned = plan.Parameters.Select(p => p.Fact.Name).ToList();
        var counts = planned.CountBy(n => n).ToDictionary();
        Assert.That(
            facts.Trainable().Select(p => p.Name).Where(n => !counts.ContainsKey(n) && !setAside.Contains(n)),
            Is.EquivalentTo(reference.Field("missing").Texts()),
            "missing");
        if (!setAside.IsEmpty) Assert.That(plan.Frozen.Select(p => p.Name), Is.EqualTo(setAside), "set aside");
        Assert.That(counts.Where(c => c.Value > 1).Select(c => c.Key), Is.EquivalentTo(reference.Field("in_several_groups").Texts()), "in several groups");
        Assert.That(
            plan.Parameters.Where(p => p.Fact.Frozen).Select(p => p.Fact.Name), Is.EquivalentTo(reference.Field("frozen_included").Texts()), "frozen");
    }

    private static string Members(ImmutableArray<PlannedParameter> parameters) => string.Join(' ', parameters.Select(p => p.Fact.Name));

    private static void AssertNear(double actual, double expected, string what) =>
        Assert.That(actual, Is.EqualTo(expected).Within(Tolerance * Math.Abs(expected)), what);
}
