using LayerDecayGen.Interop;

var groups = new Net().GetParameterGroups(new() { WeightDecay = 0.05 });
var json = new GroupsExport(groups.Facts, groups.Plan, 1e-3).ToJson();
Console.WriteLine($"groups.json names head.weight: {json.Contains("head.weight", StringComparison.Ordinal)}");
