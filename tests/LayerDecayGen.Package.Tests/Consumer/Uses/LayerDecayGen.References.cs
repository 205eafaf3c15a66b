using LayerDecayGen;
using LayerDecayGen.References;

var groups = new Net().GetParameterGroups(new MMEngineRecipe { WeightDecay = 0.05 });
Console.WriteLine($"{groups.SelectMany(g => g.Parameters).Count()} parameters by mmengine's rule");
