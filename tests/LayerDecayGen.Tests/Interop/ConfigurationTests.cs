using LayerDecayGen.Interop;
using LayerDecayGen.References;

namespace LayerDecayGen.Tests.Interop;

/// <summary>Configurations in the shapes that mmaction2, mmpretrain, mmdet and mmseg publish, and that mmengine writes.</summary>
public sealed class ConfigurationTests
{
    private const string Noise =
        """
        data_root = 'data/kinetics' '/videos'
        dataset_type = 'VideoDataset'
        file_client_args = dict(io_backend='disk', **unknown_arguments)
        train_pipeline = [dict(type='Resize', scale=(-1, 256)), *tail, lambda x: x]
        train_dataloader = dict(batch_size=8, dataset=dict(type=dataset_type, pipeline=train_pipeline))
        val_evaluator = [m for m in metrics]
        if True:
            work_dir = f'./{data_root}'

        """;

    private const string AdamW = "optimizer=dict(type='AdamW', lr=1e-3, betas=(0.9, 0.999), weight_decay=0.05)";
    private const string Epochs = "\ntrain_cfg = dict(type='EpochBasedTrainLoop', max_epochs=30, val_interval=3)\n";
    private const string Warm = "dict(type='LinearLR', start_factor=0.1, by_epoch=True, begin=0, end=2.5, convert_to_iter_based=True)";
    private const string Cosine = "dict(type='CosineAnnealingLR', T_max=30, eta_min=0, by_epoch=True, begin=0, end=30)";

    private static IEnumerable<TestCaseData> Published()
    {
        var keys = "paramwise_cfg=dict(custom_keys={'norm': dict(decay_mult=0.), 'backbone': dict(lr_mult=0.1)})";
        yield return Case("SwinVideo", Noise + $"optim_wrapper = dict(type='AmpOptimWrapper', {AdamW}, constructor='SwinOptimWrapperConstructor', {keys})\nparam_scheduler = [{Warm}, {Cosine}]{Epochs}", typeof(MMActionSwinRecipe), 1e-3, "Linear Cosine", 3000);
        yield return Case("Tsm", Noise + $"param_scheduler = [dict(type='MultiStepLR', begin=0, end=50, by_epoch=True, milestones=[20, 40], gamma=0.1)]\noptim_wrapper = dict(constructor='TSMOptimWrapperConstructor', paramwise_cfg=dict(fc_lr5=True), optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=0.0001), clip_grad=dict(max_norm=20, norm_type=2)){Epochs}", typeof(MMActionTsmRecipe), 0.01, "MultiStep", 3000);
        yield return Case("MViT", Noise + $"base_lr = 1.6e-3\noptim_wrapper = dict(optimizer=dict(type='AdamW', lr=base_lr, weight_decay=0.05), paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0), clip_grad=dict(max_norm=1))\nparam_scheduler = [dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=30, convert_to_iter_based=True), dict(type='CosineAnnealingLR', T_max=200, eta_min=base_lr / 100, by_epoch=True, begin=30, end=200, convert_to_iter_based=True)]", typeof(MMEngineRecipe), 1.6e-3, "Linear Cosine", 0);
        yield return Case("VideoMaeFineTune", Noise + $"default_scope = 'mmaction'\nmodel = dict(backbone=dict(type='VisionTransformer'))\noptim_wrapper = dict({AdamW}, constructor='LearningRateDecayOptimizerConstructor', paramwise_cfg={{'decay_rate': 0.75, 'decay_type': 'layer_wise', 'num_layers': 12}})", typeof(MMActionLayerDecayRecipe), 1e-3, "", 0);
        yield return Case("SlowFastSgd", Noise + "optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9, weight_decay=1e-4), clip_grad=dict(max_norm=40, norm_type=2))\nparam_scheduler = [dict(type='LinearLR', start_factor=0.1, by_epoch=True, begin=0, end=34, convert_to_iter_based=True), dict(type='CosineAnnealingLR', T_max=256, eta_min=0, by_epoch=True, begin=0, end=256)]\ntrain_cfg = dict(max_epochs=256)", typeof(MMEngineRecipe), 0.1, "Linear Cosine", 25600);
        yield return Case("SwinImageNet", $"optim_wrapper = dict(optimizer=dict(type='AdamW', lr=5e-4 * 1024 / 512, weight_decay=0.05, eps=1e-8, betas=(0.9, 0.999)), paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0, custom_keys={{'.absolute_pos_embed': dict(decay_mult=0.0)}}),)\nparam_scheduler = [dict(type='LinearLR', start_factor=1e-3, by_epoch=True, end=20, convert_to_iter_based=True), dict(type='CosineAnnealingLR', eta_min=1e-5, by_epoch=True, begin=20)]\ntrain_cfg = dict(by_epoch=True, max_epochs=300, val_interval=1)\nval_cfg = dict()\nauto_scale_lr = dict(base_batch_size=1_024)", typeof(MMEngineRecipe), 1e-3, "Linear Cosine", 30000);
        yield return Case("BeitFineTune", Noise + $"model = dict(type='ImageClassifier', backbone=dict(type='BEiTViT', arch='base'))\noptim_wrapper = dict({AdamW.Replace("1e-3", "4e-3")}, constructor='LearningRateDecayOptimWrapperConstructor', paramwise_cfg=dict(_scope_ if False else 1))\noptim_wrapper = dict({AdamW.Replace("1e-3", "4e-3")}, constructor='LearningRateDecayOptimWrapperConstructor', paramwise_cfg=dict(layer_decay_rate=0.65, custom_keys={{'.ln': dict(decay_mult=0.0), '.cls_token': dict(decay_mult=0.0)}}))", typeof(MMPretrainRecipe), 4e-3, "", 0);
        yield return Case("ConvNeXtImageNet", $"optimizer = dict(type='AdamW', lr=4e-3, weight_decay=0.05)\noptim_wrapper = dict(optimizer=optimizer, clip_grad=None, paramwise_cfg=dict(bias_decay_mult=0., norm_decay_mult=0.))", typeof(MMEngineRecipe), 4e-3, "", 0);
        yield return Case("MaePretrain", $"optim_wrapper = dict(type='AmpOptimWrapper', loss_scale='dynamic', optimizer=dict(type='AdamW', lr=1.5e-4 * 4096 / 256, betas=(0.9, 0.95), weight_decay=0.05), paramwise_cfg=dict(custom_keys={{'ln': dict(decay_mult=0.0), 'bias': dict(decay_mult=0.0), 'pos_embed': dict(decay_mult=0.)}}))", typeof(MMEngineRecipe), 2.4e-3, "", 0);
        yield return Case("ResNetSgd", "optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9, weight_decay=0.0001))\nparam_scheduler = dict(type='MultiStepLR', by_epoch=True, milestones=[30, 60, 90], gamma=0.1)\ntrain_cfg = dict(by_epoch=True, max_epochs=100, val_interval=1)", typeof(MMEngineRecipe), 0.1, "MultiStep", 10000);
        yield return Case("DinoWeightDecay", $"optim_wrapper = dict({AdamW})\nparam_scheduler = [dict(type='CosineAnnealingParamScheduler', param_name='weight_decay', eta_min=0.4, by_epoch=True, begin=0, end=100, convert_to_iter_based=True)]", typeof(MMEngineRecipe), 1e-3, "Cosine", 0);
        yield return Case("Detr", Noise + "optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=0.0001, weight_decay=0.0001), clip_grad=dict(max_norm=0.1, norm_type=2), paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1, decay_mult=1.0)}))\nmax_epochs = 150\ntrain_cfg = dict(type='EpochBasedTrainLoop', max_epochs=max_epochs, val_interval=1)\nparam_scheduler = [dict(type='MultiStepLR', begin=0, end=max_epochs, by_epoch=True, milestones=[100], gamma=0.1)]", typeof(MMEngineRecipe), 1e-4, "MultiStep", 15000);
        yield return Case("OneX", "train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=12, val_interval=1)\nparam_scheduler = [dict(type='LinearLR', start_factor=0.001, by_epoch=False, begin=0, end=500), dict(type='MultiStepLR', begin=0, end=12, by_epoch=True, milestones=[8, 11], gamma=0.1)]\noptim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.02, momentum=0.9, weight_decay=0.0001))\nauto_scale_lr = dict(enable=False, base_batch_size=16)", typeof(MMEngineRecipe), 0.02, "Linear MultiStep", 1200);
        yield return Case("RtmDet", "max_epochs = 300\nbase_lr = 0.004\ninterval = 10\noptim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=base_lr, weight_decay=0.05), paramwise_cfg=dict(norm_decay_mult=0, bias_decay_mult=0, bypass_duplicate=True))\nparam_scheduler = [dict(type='LinearLR', start_factor=1.0e-5, by_epoch=False, begin=0, end=1000), dict(type='CosineAnnealingLR', eta_min=base_lr * 0.05, begin=max_epochs // 2, end=max_epochs, T_max=max_epochs // 2, by_epoch=True, convert_to_iter_based=True)]\ntrain_cfg = dict(max_epochs=max_epochs)", typeof(MMEngineRecipe), 0.004, "Linear Cosine", 30000);
        yield return Case("YoloX", "num_last_epochs = 15\nmax_epochs = 300\nbase_lr = 0.01\noptim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=base_lr, momentum=0.9, weight_decay=5e-4, nesterov=True), paramwise_cfg=dict(norm_decay_mult=0., bias_decay_mult=0.))\nparam_scheduler = [dict(type='mmdet.QuadraticWarmupLR', by_epoch=True, begin=0, end=5, convert_to_iter_based=True), dict(type='CosineAnnealingLR', eta_min=base_lr * 0.05, begin=5, T_max=max_epochs - num_last_epochs, end=max_epochs - num_last_epochs, by_epoch=True, convert_to_iter_based=True), dict(type='ConstantLR', by_epoch=True, factor=1, begin=max_epochs - num_last_epochs, end=max_epochs)]", typeof(MMEngineRecipe), 0.01, "QuadraticWarmup Cosine Constant", 0);
        yield return Case("SegPoly160k", "optimizer = dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=0.0005)\noptim_wrapper = dict(type='OptimWrapper', optimizer=optimizer, clip_grad=None)\nparam_scheduler = [dict(type='PolyLR', eta_min=1e-4, power=0.9, begin=0, end=160000, by_epoch=False)]\ntrain_cfg = dict(type='IterBasedTrainLoop', max_iters=160000, val_interval=16000)", typeof(MMEngineRecipe), 0.01, "Polynomial", 160000);
        yield return Case("Mask2Former", "embed_multi = dict(lr_mult=1.0, decay_mult=0.0)\noptimizer = dict(type='AdamW', lr=0.0001, weight_decay=0.05, eps=1e-8, betas=(0.9, 0.999))\noptim_wrapper = dict(type='OptimWrapper', optimizer=optimizer, clip_grad=dict(max_norm=0.01, norm_type=2), paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1, decay_mult=1.0), 'query_embed': embed_multi, 'query_feat': embed_multi}, norm_decay_mult=0.0))", typeof(MMEngineRecipe), 1e-4, "", 0);
        yield return Case("MaskRcnnConvNeXt", Noise + "default_scope = 'mmdet'\nmodel = dict(backbone=dict(type='mmpretrain.ConvNeXt', arch='tiny'))\nmax_epochs = 36\ntrain_cfg = dict(max_epochs=max_epochs)\nparam_scheduler = [dict(type='LinearLR', start_factor=0.001, by_epoch=False, begin=0, end=1000), dict(type='MultiStepLR', begin=0, end=max_epochs, by_epoch=True, milestones=[27, 33], gamma=0.1)]\noptim_wrapper = dict(type='AmpOptimWrapper', constructor='LearningRateDecayOptimizerConstructor', paramwise_cfg={'decay_rate': 0.95, 'decay_type': 'layer_wise', 'num_layers': 6}, optimizer=dict(type='AdamW', lr=0.0001, betas=(0.9, 0.999), weight_decay=0.05,))", typeof(MMDetLayerDecayRecipe), 1e-4, "Linear MultiStep", 3600);
        yield return Case("ViTDet", $"default_scope = 'mmdet'\noptim_wrapper = dict(type='AmpOptimWrapper', constructor='LayerDecayOptimizerConstructor', paramwise_cfg={{'decay_rate': 0.7, 'decay_type': 'layer_wise', 'num_layers': 12}}, {AdamW})", typeof(MMDetViTDetRecipe), 1e-3, "", 0);
        yield return Case("UperNetConvNeXt", $"optim_wrapper = dict({AdamW}, paramwise_cfg={{'decay_rate': 0.9, 'decay_type': 'stage_wise', 'num_layers': 12}}, constructor='mmseg.LearningRateDecayOptimizerConstructor', loss_scale='dynamic')", typeof(MMSegLayerDecayRecipe), 1e-3, "", 0);
        yield return Case("UperNetBeit", $"default_scope = 'mmseg'\noptim_wrapper = dict({AdamW}, constructor='LayerDecayOptimizerConstructor', paramwise_cfg=dict(num_layers=12, layer_decay_rate=0.9))\nparam_scheduler = [dict(type='LinearLR', start_factor=1e-6, by_epoch=False, begin=0, end=1500), dict(type='PolyLR', power=1.0, begin=1500, end=160000, eta_min=0.0, by_epoch=False,)]\ntrain_cfg = dict(type='IterBasedTrainLoop', max_iters=160000)", typeof(MMSegLayerDecayLegacyRecipe), 1e-3, "Linear Polynomial", 160000);
        yield return Case("DumpedPython", "optim_wrapper = dict(\n    optimizer=dict(\n        betas=(\n            0.9,\n            0.999,\n        ), lr=0.001, type='AdamW', weight_decay=0.05),\n    paramwise_cfg=dict(\n        custom_keys=dict({\n            '.cls_token': dict(decay_mult=0.0),\n            '.pos_embed': dict(decay_mult=0.0)\n        }),\n        norm_decay_mult=0.0),\n    type='OptimWrapper')\nresume = False\nvis_backends = [\n    dict(type='LocalVisBackend'),\n]", typeof(MMEngineRecipe), 1e-3, "", 0);
        yield return Case("DumpedJson", """{"optim_wrapper": {"optimizer": {"type": "AdamW", "lr": 0.002, "weight_decay": 0.05}, "paramwise_cfg": {"custom_keys": {"backbone": {"lr_mult": 0.1}}}}, "param_scheduler": [{"type": "OneCycleLR", "eta_max": 0.01, "total_steps": 3000, "by_epoch": false, "end": 3000}], "train_cfg": {"max_iters": 3000}}""", typeof(MMEngineRecipe), 0.002, "OneCycle", 3000);
        yield return Case("DumpedJsonOfBeit", """{"model": {"backbone": {"type": "mmpretrain.VisionTransformer"}}, "optim_wrapper": {"constructor": "mmpretrain.LearningRateDecayOptimWrapperConstructor", "optimizer": {"lr": 0.001, "weight_decay": 0.05}, "paramwise_cfg": {"layer_decay_rate": 0.75, "flat_decay_mult": 0.0}}}""", typeof(MMPretrainRecipe), 1e-3, "", 0);
    }

    [TestCaseSource(nameof(Published))]
    public void Reads(string text, Type recipe, double rate, string schedules, long updates)
    {
        var import = MMEngineImport.Read(text);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(import.ToRecipe(), Is.TypeOf(recipe));
            Assert.That(import.LearningRate, Is.EqualTo(rate).Within(1e-12).Percent);
            Assert.That(string.Join(' ', import.ToSchedules().Select(s => s.Kind)), Is.EqualTo(schedules));
            Assert.That(import.ToRun(100)?.Length.Count ?? 0, Is.EqualTo(updates));
        }
    }

    [Test]
    public void TheRecipeHasTheOptions()
    {
        var beit = (MMPretrainRecipe)Recipe("BeitFineTune");
        var video = (MMActionLayerDecayRecipe)Recipe("VideoMaeFineTune");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((beit.LayerDecay, beit.WeightDecay, beit.Backbone, beit.Paramwise.CustomKeys.Length), Is.EqualTo((0.65, 0.05, MMPretrainBackbone.Beit, 2)));
            Assert.That((video.LayerDecay, video.Depth, video.WeightDecay, video.BackboneType), Is.EqualTo((0.75, 12, 0.05, "VisionTransformer")));
            var seg = (MMSegLayerDecayRecipe)Recipe("UperNetConvNeXt");
            Assert.That((seg.LayerDecay, seg.LayerCount, seg.DecayType, seg.WeightDecay), Is.EqualTo((0.9, 12, "stage_wise", 0.05)));
            Assert.That((((MMSegLayerDecayLegacyRecipe)Recipe("UperNetBeit")).LayerDecay, ((MMDetViTDetRecipe)Recipe("ViTDet")).LayerDecay), Is.EqualTo((0.9, 0.7)));
            Assert.That(((MMActionTsmRecipe)Recipe("Tsm")).FastClassifier, Is.True);
            Assert.That(((MMEngineRecipe)Recipe("ResNetSgd")).Paramwise, Is.Null);
        }
    }

    [TestCase("_base_ = ['a.py']\noptim_wrapper = dict(optimizer=dict(lr=1))", "_base_")]
    [TestCase("with read_base():\n    from .base import *\noptim_wrapper = dict(optimizer=dict(lr=1))", "_base_")]
    [TestCase("optim_wrapper = dict(_delete_=True, optimizer=dict(lr=1))", "_delete_")]
    [TestCase("optim_wrapper = dict(optimizer=dict(_delete_=True, lr=1))", "_delete_")]
    [TestCase("optim_wrapper = dict(optimizer=dict(lr=1), constructor='MyConstructor', paramwise_cfg=dict(a=1))", "'MyConstructor' has no recipe here")]
    [TestCase("optim_wrapper = dict(optimizer=dict(lr=1), constructor='MyConstructor')", "'MyConstructor' has no recipe here")]
    [TestCase("optim_wrapper = dict(optimizer=make())", "Config.fromfile(f).dump('x.json')")]
    [TestCase("optim_wrapper = dict(optimizer=dict(lr=1))\noptim_wrapper['optimizer']['lr'] = 2", "more than an assignment")]
    [TestCase("optim_wrapper = dict(optimizer=dict(lr=1))\noptim_wrapper.update(x)", "more than an assignment")]
    [TestCase("if x:\n    optim_wrapper = dict(optimizer=dict(lr=1))", "more than an assignment")]
    [TestCase("lr = 1\nlr += 1\noptim_wrapper = dict(optimizer=dict(lr=lr))", "'lr' was assigned by something that is not read")]
    [TestCase("optim_wrapper = dict(type='OptimWrapperDict', a=dict(optimizer=dict(lr=1)))", "several optimizers")]
    public void WhatDecidesElsewhereIsAnError(string text, string message) =>
        Assert.That(() => MMEngineImport.Read(text), Throws.TypeOf<PlanException>().With.Message.Contains(message));

    [TestCase("param_scheduler = dict(type='MyLR')", "'My' has no schedule")]
    [TestCase("param_scheduler = dict(type='StepLR', step_size=3, gama=1)", "gama is no option")]
    [TestCase("param_scheduler = dict(type='StepLR')", "step_size is not set")]
    [TestCase("param_scheduler = dict(type='LinearLR', start_factor=0)", "start factor")]
    [TestCase("param_scheduler = dict(type='StepLR', step_size=1, last_step=4)", "last_step")]
    [TestCase("param_scheduler = dict(type='StepLR', step_size=1e300)", "step_size is 1E+300")]
    [TestCase("param_scheduler = dict(type='StepLR', step_size=1.5, by_epoch=False)", "whole unless by_epoch")]
    [TestCase("param_scheduler = [dict(type='OneCycleLR', eta_max=1), dict(type='StepLR', step_size=1)]", "follows OneCycle")]
    [TestCase("param_scheduler = make()", "Config.fromfile")]
    public void ASchedulerThatCannotBeReadIsNamed(string text, string message)
    {
        var import = MMEngineImport.Read($"optim_wrapper = dict({AdamW})\n{text}");
        Assert.That(() => import.ToSchedules(), Throws.TypeOf<PlanException>().With.Message.Contains(message));
    }

    private static IRecipe Recipe(string name) => MMEngineImport.Read((string)Published().Single(c => c.TestName == name).Arguments[0]!).ToRecipe();

    private static TestCaseData Case(string name, string text, Type recipe, double rate, string schedules, long updates) =>
        new TestCaseData(text, recipe, rate, schedules, updates).SetName(name);
}
