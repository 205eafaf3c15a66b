using System.Diagnostics;
using System.Text.Json;
using LayerDecayGen.Interop;
using LayerDecayGen.Tests.Planning;

namespace LayerDecayGen.Tests.Interop;

public sealed class GroupsExportTests
{
    private const string Python = "/usr/bin/python3";

    // A model of the file's names and shapes, sound or with one breach of each kind.
    private const string ModelCode =
        """
        import json
        import torch

        def tree(shapes):
            root = torch.nn.Module()
            for name, shape in shapes.items():
                module = root
                *path, last = name.split(".")
                for part in path:
                    if not hasattr(module, part):
                        module.add_module(part, torch.nn.Module())
                    module = getattr(module, part)
                module.register_parameter(last, torch.nn.Parameter(torch.zeros(shape)))
            return root

        def shapes():
            return json.load(open("groups.json"))["shapes"]

        def sound():
            return tree(shapes())

        def broken():
            names = shapes()
            del names["head.bias"]
            names["head.weight"] = [1, 2]
            names["extra.weight"] = [1]
            model = tree(names)
            model.norm.weight.requires_grad_(False)
            return model
        """;

    [Test]
    public void Groups() => TextSnapshot.Match(Export().ToJson(), "json");

    [Test]
    public void TheJsonHoldsEveryParameterOnce()
    {
        var json = JsonDocument.Parse(Export().ToJson()).RootElement;
        var names = json.GetProperty("groups").EnumerateArray().SelectMany(g => g.Field("params").Texts()).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(names, Is.EquivalentTo(Facts.DeclaredVit(2).Parameters.Skip(1).Select(p => p.Name)));
            Assert.That(json.Field("not_trained").Texts(), Is.EqualTo(new[] { "cls_token" }));
            Assert.That(json.GetProperty("groups")[0].NumberAt("lr"), Is.EqualTo(1e-3 * 0.125));
        }
    }

    [Test]
    public void ThePythonWitnessAgreesAndNamesEveryDifference()
    {
        if (!HasTorch()) Assert.Ignore($"skipped: {Python} with torch is not installed here");
        var folder = Directory.CreateTempSubdirectory("witness").FullName;
        Export().Write(Path.Combine(folder, "groups.json"));
        File.WriteAllText(Path.Combine(folder, "models.py"), ModelCode);
        var (sound, agreed) = Run(folder, GroupsExport.WitnessName, "groups.json", "models:sound", "--style", "timm");
        var (broken, said) = Run(folder, GroupsExport.WitnessName, "groups.json", "models:broken");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sound, Is.Zero, agreed);
            Assert.That(agreed, Does.Contain("agree: 8 groups, 15 parameters"));
            Assert.That(broken, Is.EqualTo(1));
            Assert.That(
                said,
                Does.Contain("missing here: head.bias").And.Contain("shape of head.weight: [1, 2] here, [4, 8] in the file").And.Contain("foreign: extra.weight")
                    .And.Contain("frozen here, trained in the file: norm.weight").And.Contain("count: 14 parameters train here, 15 in the file"));
        }
    }

    private static GroupsExport Export()
    {
        var facts = Facts.DeclaredVit(2);
        facts = facts with { Parameters = facts.Parameters.SetItem(0, facts.Parameters[0] with { Frozen = true }) };
        IRecipe recipe = new LayerDecayOptions { LayerDecay = 0.5, WeightDecay = 0.05 };
        return new GroupsExport(facts, recipe.Plan(facts), 1e-3);
    }

    private static bool HasTorch() => File.Exists(Python) && Run(Path.GetTempPath(), "-c", "import torch").Code == 0;

    private static (int Code, string Output) Run(string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result + errors.Result);
    }
}
