using System.CommandLine;
using System.Globalization;
using ExportToMmengine;
using LayerDecayGen;
using LayerDecayGen.Interop;

const int badUsage = 2;

var layerDecay = new Option<double>("--layer-decay") { Description = "lr scale from one layer to the next, in (0, 1]", DefaultValueFactory = _ => 0.75 };
var depth = new Option<int>("--depth") { Description = "blocks of the ViT", DefaultValueFactory = _ => 12 };
var width = new Option<int>("--width") { Description = "embedding width of the ViT", DefaultValueFactory = _ => 768 };
var rate = new Option<double>("--lr") { Description = "base learning rate", DefaultValueFactory = _ => 5e-4 };
var weightDecay = new Option<double>("--weight-decay") { Description = "weight decay of decayed parameters", DefaultValueFactory = _ => 0.05 };
var prefix = new Option<string>("--prefix") { Description = "what the names start with in the Python model", DefaultValueFactory = _ => "backbone." };
var output = new Option<string>("--out") { Description = "folder for the files that are written", DefaultValueFactory = _ => Path.Combine("out", "export") };

var command = new RootCommand("Plans VideoMAE's layer-wise learning-rate decay in C# and writes it for MMAction2's runner, timm and plain PyTorch.")
{
    layerDecay, depth, width, rate, weightDecay, prefix, output,
};
command.SetAction(Run);
var arguments = command.Parse(args);
if (arguments.Errors.Count > 0)
{
    Console.Error.WriteLine(arguments.Errors[0].Message);
    return badUsage;
}

return arguments.Invoke();

int Run(ParseResult parsed)
{
    try
    {
        Positive(parsed.GetValue(depth), "--depth");
        Positive(parsed.GetValue(width), "--width");
        var facts = VideoMae.Facts(parsed.GetValue(depth), parsed.GetValue(width));
        IRecipe recipe = new LayerDecayOptions { LayerDecay = parsed.GetValue(layerDecay), WeightDecay = parsed.GetValue(weightDecay) };
        var plan = recipe.Plan(facts);
        var export = new MMEngineExport(facts, plan)
        {
            Prefix = parsed.GetValue(prefix)!,
            LearningRate = parsed.GetValue(rate),
            WeightDecay = parsed.GetValue(weightDecay),
            OptimizerFields = [new("betas", new[] { 0.9, 0.999 })],
        };
        Write(export, new GroupsExport(facts, plan, export.LearningRate) { Prefix = export.Prefix }, parsed.GetValue(output)!);
        return 0;
    }
    catch (Exception e) when (e is PlanException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(e.Message);
        return badUsage;
    }
}

static void Positive(int value, string option)
{
    if (value < 1) throw new PlanException($"{option} is {value}: it must be at least 1.");
}

static void Write(MMEngineExport export, GroupsExport groups, string folder)
{
    var (keys, fragment, json) = (export.KeysByParameter(), export.ToFragment(), groups.ToJson());
    Directory.CreateDirectory(folder);
    File.WriteAllText(Path.Combine(folder, "optim_wrapper.py"), fragment);
    File.WriteAllText(Path.Combine(folder, "custom_keys.json"), MMEngineExport.ToJson(keys));
    File.WriteAllText(Path.Combine(folder, "groups.json"), json);
    File.WriteAllText(Path.Combine(folder, GroupsExport.WitnessName), GroupsExport.Witness());

    var import = MMEngineImport.Read(fragment);
    Console.WriteLine($"{keys.Length} parameters, {ParameterGroup.FromPlan(export.Plan).Length} groups, {import.Paramwise!.CustomKeys.Length} custom keys");
    foreach (var name in new[] { "patch_embed.proj.weight", "blocks.0.attn.qkv.weight" })
    {
        var key = keys.Single(k => k.Key.EndsWith(name, StringComparison.Ordinal));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key.Key}: lr_mult {key.LearningRateMultiplier:R}"));
    }

    Console.WriteLine($"written to {folder}: optim_wrapper.py, custom_keys.json, groups.json, {GroupsExport.WitnessName}");
    Console.WriteLine($"next: load optim_wrapper.py as a base of an MMAction2 configuration, or run python3 {GroupsExport.WitnessName} groups.json package.module:make_model");
}
