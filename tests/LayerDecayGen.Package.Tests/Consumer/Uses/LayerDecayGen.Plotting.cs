using LayerDecayGen;
using LayerDecayGen.Plotting;

var groups = new Net().GetParameterGroups(new() { WeightDecay = 0.05 });
var picture = GroupPlot.LearningRates(ScheduledGroup.From(groups, baseLearningRate: 1e-3)).GetImageBytes(400, 300, ScottPlot.ImageFormat.Png);
Console.WriteLine($"a picture of {groups.Count} groups: {picture.Length > 1000}");
