using LayerDecayGen;
using TorchSharp;
using static TorchSharp.torch;

var model = new Net();
var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
using var optimizer = groups.CreateAdamW(learningRate: 1e-3);
model.forward(ones(2, 3)).sum().backward();
optimizer.step();
Console.WriteLine($"{groups.Count} groups, head scale {groups.Head.Groups[0].LearningRateScale}, optimizer of {optimizer.ParamGroups.Count()} groups");
