using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using LayerDecayGen.Interop;
using LayerDecayGen.Tests.Docs;
using LayerDecayGen.Tests.Planning;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Interop;

/// <summary>The Python and shell blocks of docs/python.md, as they stand, after the export that the guide shows.</summary>
public sealed class PythonGuideTests
{
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
            var (code, output) = PythonProcess.Shell(folder, block.Replace("29411", FreePort(), StringComparison.Ordinal));
            Assert.That(code, Is.Zero, $"{block}{output}");
            TestContext.Out.WriteLine(output);
        }
    }

    private static void Export(IRecipe recipe, ModelFacts facts, string folder)
    {
        var plan = recipe.Plan(facts);
        var schedule = ScheduleTable.Evaluate(ScheduledGroup.From(ParameterGroup.FromPlan(plan), 1e-3), new TrainingRun(20.Updates()),
            LinearWarmup(5.Updates()), Cosine(from: 5.Updates(), to: 20.Updates()));
        new GroupsExport(facts, plan, 1e-3) { Schedule = schedule }.Write(Path.Combine(folder, "groups.json"));
    }

    private static IEnumerable<string> Blocks(string language) =>
        Document.At("docs/python.md").Blocks.Where(b => b.Language == language).Select(b => b.Text);

    // The port of the guide may be taken by another process.
    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
