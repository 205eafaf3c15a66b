using System.Text.Json;
using LayerDecayGen.Interop;
using LayerDecayGen.Tests.Planning;

namespace LayerDecayGen.Tests.Interop;

public sealed class GroupsExportTests
{
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
        PythonProcess.NeedTorch();
        var folder = Directory.CreateTempSubdirectory("witness").FullName;
        Export().Write(Path.Combine(folder, "groups.json"));
        File.WriteAllText(Path.Combine(folder, "models.py"), ModelCode);
        var (sound, agreed) = PythonProcess.Run(folder, GroupsExport.WitnessName, "groups.json", "models:sound", "--style", "timm");
        var (broken, said) = PythonProcess.Run(folder, GroupsExport.WitnessName, "groups.json", "models:broken");
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

    [TestCase("groups.json", "models", "must be package.module:callable")]
    [TestCase("absent.json", "models:sound", "absent.json cannot be read")]
    [TestCase("models.py", "models:sound", "models.py cannot be read")]
    [TestCase("other.json", "models:sound", "the format is not")]
    [TestCase("groups.json", "absent:make", "absent:make gives no model: ModuleNotFoundError")]
    [TestCase("groups.json", "models:absent", "models:absent gives no model: AttributeError")]
    [TestCase("groups.json", "models:tree", "models:tree gives no model: TypeError")]
    [TestCase("groups.json", "models:shapes", "returned a dict")]
    public void WhatIsMissingOrBadIsExitCode2(string groups, string model, string message)
    {
        PythonProcess.NeedTorch();
        var folder = Directory.CreateTempSubdirectory("witness").FullName;
        Export().Write(Path.Combine(folder, "groups.json"));
        File.WriteAllText(Path.Combine(folder, "models.py"), ModelCode);
        File.WriteAllText(Path.Combine(folder, "other.json"), "[]");
        var (code, output) = PythonProcess.Run(folder, GroupsExport.WitnessName, groups, model);
        Assert.That(code, Is.EqualTo(2), output);
        Assert.That(output, Does.Contain(message).And.Not.Contain("Traceback"));
    }

    // The names go through JSON into Python's modules, and the fragment through Python's own reader.
    [Test]
    public void HardNamesSurviveInPython()
    {
        PythonProcess.NeedTorch();
        string[] hard = ["\n", "'", "\"", "\\", "\0", "\u0085", "\u2028", "\u202e", "\ud800", "é", "😀", "#", "\x7f"];
        var facts = new ModelFacts("M\nraise SystemExit(7)", [.. hard.Select((h, i) => Facts.Matrix($"m{i}{h}.w"))]);
        var plan = new Plan([.. facts.Parameters.Select((p, i) => p.Decide(null, 1 + i, 0.05))]);
        var folder = Directory.CreateTempSubdirectory("witness").FullName;
        new GroupsExport(facts, plan, 1e-3).Write(Path.Combine(folder, "groups.json"));
        File.WriteAllText(Path.Combine(folder, "models.py"), ModelCode);
        File.WriteAllText(Path.Combine(folder, "fragment.py"), new MMEngineExport(facts, plan) { LearningRate = 1e-3, WeightDecay = 0.05 }.ToFragment());
        var (code, output) = PythonProcess.Run(folder, GroupsExport.WitnessName, "groups.json", "models:sound");
        const string check = "import json, fragment; keys = fragment.optim_wrapper['paramwise_cfg']['custom_keys']; "
            + "names = [n for g in json.load(open('groups.json'))['groups'] for n in g['params']]; "
            + "print(all(keys[max((k for k in keys if k in n), key=len)]['lr_mult'] == i + 2 for i, n in enumerate(names[1:])))";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero, output);
            Assert.That(PythonProcess.Run(folder, "-c", check).Output.Trim(), Is.EqualTo("True"));
        }
    }

    private static GroupsExport Export()
    {
        var facts = Facts.DeclaredVit(2);
        facts = facts with { Parameters = facts.Parameters.SetItem(0, facts.Parameters[0] with { Frozen = true }) };
        IRecipe recipe = new LayerDecayOptions { LayerDecay = 0.5, WeightDecay = 0.05 };
        return new GroupsExport(facts, recipe.Plan(facts), 1e-3);
    }
}
