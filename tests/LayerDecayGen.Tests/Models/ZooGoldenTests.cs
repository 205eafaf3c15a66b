namespace LayerDecayGen.Tests.Models;

/// <summary>The annotated models have the parameters of their originals, in the layers that the references give them.</summary>
[Category("Golden")]
public sealed class ZooGoldenTests
{
    [TestCaseSource(nameof(Cases))]
    public void ParametersAndLayersAreThoseOfTheOriginal(ZooModel zoo, GoldenCase golden)
    {
        var expected = new GoldenLayers(golden);
        var groups = zoo.Build(expected);
        using var model = groups.Model;
        var actual = model.named_parameters().Select(p => $"{p.name} {p.parameter.shape.Length}").Order(StringComparer.Ordinal);
        Assert.That(actual, Is.EqualTo(expected.NamesWithDimensions));

        var layers = groups.Facts.Parameters.ToDictionary(f => f.Name, f => f.Layer);
        Assert.That(expected.Layers.Keys, Is.SupersetOf(expected.Trainable), "the reference tells every layer");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(expected.Layers.Keys.Select(n => $"{n} {layers[n]}"), Is.EqualTo(expected.Layers.Select(l => $"{l.Key} {l.Value}")));
            if (expected.LayerCount is { } count) Assert.That(groups.Facts.LayerCount, Is.EqualTo(count));
        }
    }

    [TestCaseSource(nameof(Originals))]
    public void EveryModelMeetsAGoldenCase(ZooModel zoo)
    {
        // Other golden data need not have a case of every model: the repository's own has.
        Assert.That(CasesOf(zoo, Golden.Copy), Is.Not.Empty, "The field 'model' of no case begins like this any more.");
    }

    private static IEnumerable<TestCaseData> Cases() =>
        from zoo in ZooModel.All
        from golden in CasesOf(zoo, Golden.Folder)
        select new TestCaseData(zoo, golden).SetName($"{golden} as {zoo.Original}");

    private static IEnumerable<TestCaseData> Originals() => ZooModel.All.Select(z => new TestCaseData(z).SetName($"{z.File} has {z.Original}"));

    // A case without layer decay tells no layers. mmpretrain's rule for a ConvNeXt leaves numbers out at some depths, where the seal asks for layers
    // without gaps: such a depth has no declaration.
    private static IEnumerable<GoldenCase> CasesOf(ZooModel zoo, string root) =>
        from golden in Golden.ReadFrom(root, "param_groups", zoo.File)
        where golden.Json.TextAt("model")!.StartsWith(zoo.Original, StringComparison.Ordinal) && new GoldenLayers(golden).HasLayersWithoutGaps
        select golden;
}
