using System.Reflection;
using System.Text.RegularExpressions;
using LayerDecayGen.Interop;
using LayerDecayGen.Tests.Planning;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Interop;

/// <summary>Every block of docs/python.md: the C# here, the Python and shell ones as they stand.</summary>
public sealed class PythonGuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(
        typeof(PythonGuideTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!, "docs", "python.md"));

    // A model of the file's names and shapes whose forward hands on its input; a distributed wrapper calls it.
    private const string Model =
        """
        import json
        import torch


        class Model(torch.nn.Module):
            def forward(self, x):
                return x


        def make_model():
            data = json.load(open("groups.json"))
            root = Model()
            for name, shape in data["shapes"].items():
                module = root
                *path, last = name.split(".")
                for part in path:
                    if not hasattr(module, part):
                        module.add_module(part, torch.nn.Module())
                    module = getattr(module, part)
                module.register_parameter(last, torch.nn.Parameter(torch.ones(shape)))
            return root
        """;

    [Test]
    public void ThePythonBlocksRun()
    {
        PythonProcess.NeedTorch();
        var folder = Directory.CreateTempSubdirectory("guide").FullName;
        Export(new LayerDecayOptions { LayerDecay = 0.5, WeightDecay = 0.05 }, Facts.DeclaredVit(2), folder);
        File.WriteAllText(Path.Combine(folder, "model.py"), Model);
        foreach (var block in Blocks("python")) File.WriteAllText(Path.Combine(folder, Regex.Match(block, "^# file: (.+)").Groups[1].Value), block);
        foreach (var block in Blocks("bash"))
        {
            var (code, output) = PythonProcess.Shell(folder, block);
            Assert.That(code, Is.Zero, $"{block}{output}");
            TestContext.Out.WriteLine(output);
        }
    }

    [Test]
    public void TheBlocksInCSharpAreTheCodeHere()
    {
        var source = Lines(File.ReadAllText(Here()));
        foreach (var block in Blocks("csharp"))
            Assert.That(Lines(block).Except(source), Is.Empty, block);
    }

    [Test]
    public void TheImportGivesPlanRunAndSchedules()
    {
        var config = System.IO.Path.GetTempFileName();
        File.WriteAllText(config, "optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1))\ntrain_cfg = dict(max_epochs=2)\nparam_scheduler = dict(type='StepLR', step_size=1)");
        var (count, length, kind) = Import(config, Facts.Vit(1));
        Assert.That((count, length, kind), Is.EqualTo((Facts.Vit(1).Parameters.Length, 240L, "Step")));
    }

    private static void Export(IRecipe recipe, ModelFacts facts, string folder)
    {
        var plan = recipe.Plan(facts);
        var schedule = ScheduleTable.Evaluate(ScheduledGroup.From(ParameterGroup.FromPlan(plan), 1e-3), new TrainingRun(20.Updates()),
            LinearWarmup(5.Updates()), Cosine(from: 5.Updates(), to: 20.Updates()));
        new GroupsExport(facts, plan, 1e-3) { Schedule = schedule }.Write(Path.Combine(folder, "groups.json"));
    }

    private static (int Count, long Length, string Kind) Import(string config, ModelFacts facts)
    {
        var import = MMEngineImport.Read(File.ReadAllText(config));
        var plan = import.ToRecipe().Plan(facts);
        var run = import.ToRun(batchesPerEpoch: 120);
        var schedules = import.ToSchedules();
        return (plan.Parameters.Length, run!.Length.Count, schedules[0].Kind);
    }

    private static IEnumerable<string> Blocks(string language) =>
        Regex.Matches(Guide, $"```{language}\n(.*?)```", RegexOptions.Singleline).Select(m => m.Groups[1].Value);

    private static List<string> Lines(string text) => [.. text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];

    private static string Here() => Path.Combine(
        typeof(PythonGuideTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ProjectDirectory").Value!, "Interop",
        nameof(PythonGuideTests) + ".cs");
}
