using ModelZoo;
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
    private static readonly VideoTubes s_tubes = new(Frames: 4, Image: 8, Tube: 2, Patch: 4);

    [TestCaseSource(nameof(Runs))]
    public void One_step_trains_every_layer(Func<ParameterGroups> build, Func<Tensor> input)
    {
        manual_seed(1);
        var groups = build();
        using var model = (Module<Tensor, Tensor>)groups.Model;
        using var optimizer = groups.CreateAdamW(learningRate: 0.1);
        var before = model.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
        using var loss = (model.forward(input()) - 1).square().mean();
        loss.backward();
        optimizer.step();

        var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        var moved = groups.Facts.Parameters.Where(f => (parameters[f.Name] - before[f.Name]).abs().sum().item<float>() > 0).Select(f => f.Layer).Distinct();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(double.IsFinite(loss.item<float>()), "the loss is finite");
            Assert.That(parameters.Where(p => p.Value.grad is null).Select(p => p.Key), Is.Empty, "parameters that no gradient reaches");
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
    }

    private static MmpretrainImageClassifier Mmpretrain() => new(new MmpretrainVisionTransformer(s_patches, 8, 2, 2, layerScale: true), 8, 3);

    private static Beit Beit(BeitOptions options) => new(s_patches, 8, 2, 2, 3, options);

    private static VideoMae VideoMae(VideoMaeOptions options) => new(s_tubes, 8, 2, 2, 3, options);

    private static Tensor Images() => randn(2, 3, 8, 8);

    private static Tensor Clips() => randn([2, 3, 4, 8, 8]);

    private static TestCaseData Run(string name, Func<ParameterGroups> build, Func<Tensor> input) =>
        new TestCaseData(build, input).SetName($"One step trains every layer of {name}");
}
