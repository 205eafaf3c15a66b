using System.Collections.Immutable;
using System.Globalization;
using LayerDecayGen;

namespace ExportToMmengine;

/// <summary>
/// VideoMAE's ViT as facts: the names and shapes of its PyTorch parameters. No C# class of the model is needed to plan its groups, and no
/// LibTorch.
/// </summary>
internal static class VideoMae
{
    /// <summary>The layers that attributes would state on a class.</summary>
    public static LayerMap Layers { get; } = new LayerMap("VideoMAE ViT")
        .WithLayer(0, "patch_embed")
        .WithStack("blocks.{i}")
        .WithLastLayer("fc_norm");

    public static ModelFacts Facts(int depth, int width) => Layers.Apply(new ModelFacts("VideoMAE ViT", [.. Parameters(depth, width)]));

    private static IEnumerable<ParameterFact> Parameters(int depth, int width)
    {
        yield return Parameter("patch_embed.proj.weight", ParameterRole.Convolution, width, 3, 2, 16, 16);
        yield return Parameter("patch_embed.proj.bias", ParameterRole.Bias, width);
        for (var i = 0; i < depth; i++)
        {
            var block = string.Create(CultureInfo.InvariantCulture, $"blocks.{i}.");
            foreach (var parameter in Norm(block + "norm1", width)) yield return parameter;
            yield return Parameter(block + "attn.q_bias", ParameterRole.Bias, width);
            yield return Parameter(block + "attn.v_bias", ParameterRole.Bias, width);
            yield return Parameter(block + "attn.qkv.weight", ParameterRole.HiddenMatrix, 3 * width, width);
            foreach (var parameter in Linear(block + "attn.proj", width, width)) yield return parameter;
            foreach (var parameter in Norm(block + "norm2", width)) yield return parameter;
            foreach (var parameter in Linear(block + "mlp.fc1", 4 * width, width)) yield return parameter;
            foreach (var parameter in Linear(block + "mlp.fc2", width, 4 * width)) yield return parameter;
        }

        foreach (var parameter in Norm("fc_norm", width)) yield return parameter;
    }

    private static ParameterFact[] Norm(string name, int width) =>
        [Parameter(name + ".weight", ParameterRole.Norm, width), Parameter(name + ".bias", ParameterRole.Norm, width)];

    private static ParameterFact[] Linear(string name, int outputs, int inputs) =>
        [Parameter(name + ".weight", ParameterRole.HiddenMatrix, outputs, inputs), Parameter(name + ".bias", ParameterRole.Bias, outputs)];

    private static ParameterFact Parameter(string name, ParameterRole role, params long[] shape) =>
        new() { Name = name, Role = role, Shape = ImmutableArray.Create(shape) };
}
