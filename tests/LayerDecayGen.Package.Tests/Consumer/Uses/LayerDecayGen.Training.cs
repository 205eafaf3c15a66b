using LayerDecayGen;
using LayerDecayGen.Training;
using TorchSharp;
using static TorchSharp.torch;

// Groups, training, a checkpoint, and its return into a fresh model.
var path = Path.Combine(AppContext.BaseDirectory, "consumer.checkpoint");
var (model, optimizer, groups) = Create();
var step = new TrainingStep(model, optimizer);
for (var i = 0; i < 3; i++) step.Run(() => model.forward(ones(2, 3)).square().mean());
new Checkpoint(model, optimizer).Save(path);

var (restored, restoredOptimizer, _) = Create();
new Checkpoint(restored, restoredOptimizer).Load(path);
var equal = model.named_parameters().Zip(restored.named_parameters()).All(p => p.First.parameter.equal(p.Second.parameter).all().item<bool>());
Console.WriteLine($"{groups.Count} groups, {step.Updates} updates, loaded {(equal ? "equal" : "different")}");

static (Net, torch.optim.Optimizer, ParameterGroups) Create()
{
    var model = new Net();
    var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
    return (model, groups.CreateAdamW(learningRate: 1e-3), groups);
}
