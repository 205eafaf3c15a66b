using ModelZoo;
using ModelZoo.External;
using ModelZoo.Parts;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Models;

/// <summary>The models of the zoo are no mock-ups: one step trains every parameter, in every layer.</summary>
public sealed class ZooTrainingTests
{
    private static readonly LayerDecayOptions s_options = new() { WeightDecay = 0.05 };
    private static readonly ImagePatches s_patches = new(Image: 8, Patch: 4);
    private static readonly int[] s_widths = [4, 4, 8, 8];
    private static readonly VideoTubes s_tubes = new(Frames: 4, Image: 8, Tube: 2, Patch: 4);

    [TestCaseSource(nameof(Runs))]
    public void OneStepTrainsEveryLayer(Func<ParameterGroups> build, Func<Module, Tensor> forward)
    {
        manual_seed(1);
        var groups = build();
        using var model = groups.Model;
        using var optimizer = groups.CreateAdamW(learningRate: 0.1);
        var before = model.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
        using var loss = (forward(model) - 1).square().mean();
        loss.backward();
        optimizer.step();

        var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        var moved = groups.Facts.Parameters.Where(f => (parameters[f.Name] - before[f.Name]).abs().sum().item<float>() > 0).Select(f => f.Layer).Distinct();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(double.IsFinite(loss.item<float>()), "the loss is finite");
            Assert.That(parameters.Where(p => p.Value.grad is null).Select(p => p.Key), Is.Empty, "parameters that no gradient reaches");
            Assert.That(parameters.Where(p => p.Value.grad?.isfinite().all().item<bool>() == false).Select(p => p.Key), Is.Empty, "gradients that are not finite");
            Assert.That(moved, Is.EquivalentTo(Enumerable.Range(0, groups.Facts.LayerCount!.Value).Cast<int?>()), "layers that moved");
        }
    }

    private static IEnumerable<TestCaseData> Runs()
    {
        yield return Run("timm ViT", () => new VisionTransformer(s_patches, 8, 2, 2, 3).GetParameterGroups(s_options), Images);
        yield return Run("mmpretrain ViT", () => Mmpretrain().GetParameterGroups(s_options), Images);
        yield return Run("BEiT", () => Beit(new()).GetParameterGroups(s_options), Images);
        yield return Run("BEiT, shared positions", () => Beit(new(true, true, false, false, false)).GetParameterGroups(s_options), Images);
        yield return Run("VideoMAE", () => VideoMae(new()).GetParameterGroups(s_options), Clips);
        yield return Run("VideoMAE, learned positions", () => VideoMae(new(true, true, false)).GetParameterGroups(s_options), Clips);
        yield return Run("MMAction2", () => new MMActionRecognizer(s_tubes, 8, 2, 2, 3).GetParameterGroups(s_options), Clips);
        yield return Run("Swin", () => Swin().GetParameterGroups(s_options), () => randn(2, 3, 16, 16));
        yield return Run("ConvNeXt-T", () => new ConvNeXtTiny(s_widths, [1, 1, 9, 1], 3).GetParameterGroups(s_options), LargeImages);
        yield return Run("ConvNeXt-S v2", () => new ConvNeXtSmall(s_widths, [1, 1, 27, 1], 3, true).GetParameterGroups(s_options), LargeImages);
        yield return Run("ResNet", () => new ResNet([1, 1, 2, 1], 3, width: 4).GetParameterGroups(s_options), LargeImages);
        yield return Run("RoBERTa", () => Roberta().GetParameterGroups(s_options), () => randint(1, 20, [2, 5]));
        yield return Run("LLaMA", () => new LlamaForCausalLM(new(20, 8, 16, 2, 2)).GetParameterGroups(s_options), () => randint(0, 20, [2, 5]));
        yield return RunUNet("U-Net in sequence", () => new SequentialUNet(new(3, 4, 2, 1)).GetParameterGroups(s_options));
        yield return RunUNet("U-Net in parallel", () => new ParallelUNet(new(3, 4, 2, 1)).GetParameterGroups(s_options));
    }

    private static SwinClassifier Swin() => new(new Swin(new ImagePatches(16, 4), 8, [2, 2], 2, window: 2, absolutePositions: true), 16, 3);

    private static RobertaForSequenceClassification Roberta() => new(new RobertaSize(20, 12, 8, 2, 2), 3);

    private static MmpretrainImageClassifier Mmpretrain() => new(new MmpretrainVisionTransformer(s_patches, 8, 2, 2, layerScale: true), 8, 3);

    private static Beit Beit(BeitOptions options) => new(s_patches, 8, 2, 2, 3, options);

    private static VideoMae VideoMae(VideoMaeOptions options) => new(s_tubes, 8, 2, 2, 3, options);

    private static Tensor Images() => randn(2, 3, 8, 8);

    private static Tensor LargeImages() => randn(2, 3, 32, 32);

    private static Tensor Clips() => randn([2, 3, 4, 8, 8]);

    private static TestCaseData Run(string name, Func<ParameterGroups> build, Func<Tensor> input) =>
        Run(name, build, (Module model) => ((Module<Tensor, Tensor>)model).forward(input()));

    private static TestCaseData RunUNet(string name, Func<ParameterGroups> build) =>
        Run(name, build, model => ((DiffusionUNet)model).forward(randn(2, 3, 8, 8), tensor([3L, 500L])));

    private static TestCaseData Run(string name, Func<ParameterGroups> build, Func<Module, Tensor> forward) =>
        new TestCaseData(build, forward).SetName($"One step trains every layer of {name}");
}
