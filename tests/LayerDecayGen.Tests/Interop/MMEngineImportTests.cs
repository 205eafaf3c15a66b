using LayerDecayGen.Interop;
using LayerDecayGen.Tests.Planning;

namespace LayerDecayGen.Tests.Interop;

public sealed class MMEngineImportTests
{
    private const string Config =
        """
        # a configuration as people write it
        optim_wrapper = dict(
            optimizer=dict(type="AdamW", lr=1e-3, betas=(0.9, 0.999), weight_decay=.05),
            paramwise_cfg=dict(
                norm_decay_mult=0.,
                custom_keys={'blocks.1': dict(lr_mult=0.5), ".cls_token": {'decay_mult': 0},
                             'blocks': dict(lr_mult=0.1), 'hed': dict(lr_mult=10)}))
        """;

    [Test]
    public void EveryKeySaysWhatItDoes()
    {
        var import = MMEngineImport.Read(Config);
        var facts = Facts.Vit(11);
        var report = import.Report(facts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(import.LearningRate, Is.EqualTo(1e-3));
            Assert.That(import.WeightDecay, Is.EqualTo(0.05));
            Assert.That(import.Paramwise!.NormDecayMultiplier, Is.Zero);
            Assert.That(report.Single(r => r.Key.Key == "blocks.1").Decides, Has.Length.EqualTo(8), "the tenth block too: that is mmengine's rule");
            Assert.That(report.Single(r => r.Key.Key == "blocks").Hidden, Has.Length.EqualTo(8));
            Assert.That(report.Single(r => r.Key.Key == ".cls_token").Decides, Is.EqualTo(new[] { "cls_token" }));
            Assert.That(report.Single(r => r.Key.Key == "hed").NearestName, Is.EqualTo("head"));
        }
    }

    [Test]
    public void ReportText() => TextSnapshot.Match(MMEngineImport.Read(Config).ToText(Facts.Vit(11)), "txt");

    [Test]
    public void ItBecomesAPlan()
    {
        var import = MMEngineImport.Read(Config.Replace("'hed'", "'head'"));
        var plan = import.ToRecipe().Plan(Facts.Vit(11));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.On("blocks.1.attn.qkv.weight").LearningRateScale, Is.EqualTo(0.5));
            Assert.That(plan.On("blocks.10.attn.qkv.weight").LearningRateScale, Is.EqualTo(0.1), "whole numbers");
            Assert.That(plan.On("head.weight").LearningRateScale, Is.EqualTo(10));
            Assert.That(plan.Warnings, Has.Length.EqualTo(1).And.Some.Contains("'blocks.10."));
            Assert.That(() => MMEngineImport.Read(Config).ToRecipe().Plan(Facts.Vit(11)), Throws.TypeOf<PlanException>().With.Message.Contains("'hed'"));
            Assert.That(() => MMEngineImport.Read(Config).ToRecipe(parity: true).Plan(Facts.Vit(11)), Throws.Nothing);
        }
    }

    [TestCase("""{"backbone": {"lr_mult": 0.1}}""", 0.1)]
    [TestCase("""{"custom_keys": {"backbone": {"lr_mult": 0.2}}}""", 0.2)]
    [TestCase("""{"paramwise_cfg": {"custom_keys": {"backbone": {"lr_mult": 0.3}}}}""", 0.3)]
    [TestCase("custom_keys = {'backbone': dict(lr_mult=0.4)}", 0.4)]
    [TestCase("paramwise_cfg = dict(custom_keys=dict(backbone=dict(lr_mult=5e-1,),),)  # trailing commas\n", 0.5)]
    public void EveryFormIsRead(string text, double expected) =>
        Assert.That(MMEngineImport.Read(text).Paramwise!.CustomKeys.Single().LearningRateMultiplier, Is.EqualTo(expected));

    [TestCase("""{"backbone": {"lr_mult": "fast"}}""", "custom_keys['backbone'].lr_mult is \"fast\": it must be a number")]
    [TestCase("""{"backbone": {"lr_mult": null}}""", "custom_keys['backbone'].lr_mult is null")]
    [TestCase("""{"backbone": {"lr_mul": 0.1}}""", "custom_keys['backbone'].lr_mul is no field")]
    [TestCase("""{"backbone": 0.1}""", "custom_keys['backbone'] is 0.1")]
    [TestCase("""{"a": {"lr_mult": 1}, "a": {"lr_mult": 2}}""", "'a' twice in one object")]
    [TestCase("""{"paramwise_cfg": {"norm_decay": 0}}""", "paramwise_cfg.norm_decay is no option")]
    [TestCase("""{"paramwise_cfg": {"bypass_duplicate": 1}}""", "paramwise_cfg.bypass_duplicate is 1")]
    [TestCase("""{"optimizer": {"lr": "x"}, "custom_keys": {}}""", "optimizer.lr is \"x\"")]
    [TestCase("""{"a": """, "Line 1 of the configuration is no JSON")]
    [TestCase("custom_keys = {'a': dict(lr_mult=0.1), 'a': dict(lr_mult=0.2)}", "Line 1 of the configuration: 'a' stands twice")]
    [TestCase("\ncustom_keys = make_keys()", "Line 2 of the configuration: 'make_keys' is no literal")]
    [TestCase("import os\n", "neither optim_wrapper nor paramwise_cfg")]
    [TestCase("custom_keys = {'a': dict(lr_mult=f(2))}", "'f' is no literal")]
    [TestCase("custom_keys = {'a': dict(lr_mult=nan)}", "'nan' is no literal")]
    [TestCase("custom_keys = {'a': dict(lr_mult=1e999)}", "'1e999' is no finite number")]
    [TestCase("custom_keys = {'a", "a text is not closed")]
    [TestCase("custom_keys = {'a': dict(lr_mult=0.1)", "'{' is not closed")]
    [TestCase("custom_keys = {**other}", "'other' is no literal")]
    [TestCase("x = 1", "neither optim_wrapper nor paramwise_cfg nor custom_keys")]
    public void WhatCannotBeReadIsNamed(string text, string message) =>
        Assert.That(() => MMEngineImport.Read(text), Throws.TypeOf<PlanException>().With.Message.Contains(message));
}
