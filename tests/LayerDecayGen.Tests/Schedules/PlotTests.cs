using System.Buffers.Binary;
using System.Xml.Linq;
using LayerDecayGen.Plotting;
using ScottPlot;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

[TestFixture]
public sealed class PlotTests
{
    private static readonly ScheduledGroup[] Groups =
    [
        .. Enumerable.Range(0, 6).SelectMany(layer => new[] { "decay", "no_decay" }.Select(kind =>
            new ScheduledGroup($"layer_{layer}_{kind}", 1e-3 * Math.Pow(0.75, 5 - layer)) { Layer = layer })),
    ];

    private static IEnumerable<TestCaseData> Pictures =>
    [
        new TestCaseData(SchedulePlot.ByUpdate(Table())).SetArgDisplayNames("lr by update"),
        new TestCaseData(SchedulePlot.HeatMap(Table())).SetArgDisplayNames("heat map"),
        new TestCaseData(GroupPlot.LearningRates(Groups)).SetArgDisplayNames("groups"),
    ];

    [TestCaseSource(nameof(Pictures))]
    public void IsWrittenAsPngAndSvg(Plot plot)
    {
        var folder = Directory.CreateTempSubdirectory("plots").FullName;
        try
        {
            var (png, svg) = (Path.Combine(folder, "p.png"), Path.Combine(folder, "p.svg"));
            plot.Write(png, 640, 400);
            plot.Write(svg, 640, 400);
            var bytes = File.ReadAllBytes(png);
            Assert.That(bytes[..8], Is.EqualTo((byte[])[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]));
            Assert.That(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), Is.EqualTo(640));
            Assert.That(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)), Is.EqualTo(400));
            Assert.That(XDocument.Load(svg).Root!.Name.LocalName, Is.EqualTo("svg"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void ShowsOneLineALayerWithTheValuesOfTheTable()
    {
        var table = Table();
        var lines = SchedulePlot.ByUpdate(table).GetPlottables<ScottPlot.Plottables.Scatter>().ToArray();
        Assert.That(lines, Has.Length.EqualTo(6));
        for (var layer = 0; layer < 6; layer++)
        {
            var points = lines[layer].Data.GetScatterPoints();
            Assert.That(points.Select(p => p.Y), Is.EqualTo(Enumerable.Range(0, 100).Select(u =>
                table.Row(Hyperparameter.LearningRate, u)[2 * layer])));
        }
    }

    [Test]
    public void AnotherEndingIsRefused() => Assert.That(
        () => SchedulePlot.ByUpdate(Table()).Write("picture.gif"), Throws.ArgumentException.With.Message.Contains(".gif"));

    [Test]
    public void WhatNoScheduleDrivesHasNoPicture() => Assert.That(
        () => SchedulePlot.HeatMap(Table(), Hyperparameter.Momentum), Throws.ArgumentException.With.Message.Contains("Momentum"));

    private static ScheduleTable Table() => ScheduleTable.Evaluate(
        Groups, new TrainingRun(10.Epochs(), batchesPerEpoch: 10), LinearWarmup(2.Epochs()), Cosine(from: 2.Epochs()));
}
