using System.Globalization;

namespace LayerDecayGen.Tests.Planning;

/// <summary>Small models as facts.</summary>
public static class Facts
{
    public static ParameterFact Matrix(string name) => new() { Name = name, Shape = [8, 8], Role = ParameterRole.HiddenMatrix };

    public static ParameterFact Vector(string name, ParameterRole role = ParameterRole.Vector) => new() { Name = name, Shape = [8], Role = role };

    public static ParameterFact Scalar(string name) => new() { Name = name, Shape = [], Role = ParameterRole.Scalar };

    public static ModelFacts Model(params ParameterFact[] parameters) => new("Model", [.. parameters]);

    /// <summary>A ViT in timm's names, without declared layers.</summary>
    public static ModelFacts Vit(int depth, string prefix = "", params ParameterFact[] further) =>
        new("Vit", [.. VitParameters(depth).Select(p => p with { Name = prefix + p.Name }), .. further]);

    /// <summary>The same with layers as an annotated model declares them.</summary>
    public static ModelFacts DeclaredVit(int depth, double? layerDecay = null) =>
        new("Vit", [.. VitParameters(depth).Select(p => p with { Layer = LayerOf(p.Name, depth) })]) { LayerCount = depth + 2, LayerDecay = layerDecay };

    private static IEnumerable<ParameterFact> VitParameters(int depth)
    {
        yield return new ParameterFact { Name = "cls_token", Shape = [1, 1, 8] };
        yield return new ParameterFact { Name = "pos_embed", Shape = [1, 5, 8] };
        yield return new ParameterFact { Name = "patch_embed.proj.weight", Shape = [8, 3, 2, 2], Role = ParameterRole.Convolution };
        yield return Vector("patch_embed.proj.bias", ParameterRole.Bias);
        for (var i = 0; i < depth; i++)
        {
            var block = string.Create(CultureInfo.InvariantCulture, $"blocks.{i}.");
            yield return Vector(block + "norm1.weight", ParameterRole.Norm);
            yield return Vector(block + "norm1.bias", ParameterRole.Norm);
            yield return Matrix(block + "attn.qkv.weight");
            yield return Vector(block + "attn.qkv.bias", ParameterRole.Bias);
        }

        yield return Vector("norm.weight", ParameterRole.Norm);
        yield return Vector("norm.bias", ParameterRole.Norm);
        yield return new ParameterFact { Name = "head.weight", Shape = [4, 8], Role = ParameterRole.Head };
        yield return new ParameterFact { Name = "head.bias", Shape = [4], Role = ParameterRole.Bias };
    }

    private static int LayerOf(string name, int depth) => name.Split('.') switch
    {
        ["blocks", var index, ..] => int.Parse(index, CultureInfo.InvariantCulture) + 1,
        ["norm" or "head", ..] => depth + 1,
        _ => 0,
    };

    /// <summary>The decision on one parameter.</summary>
    public static PlannedParameter On(this Plan plan, string name) => plan.Parameters.Single(p => p.Fact.Name == name);
}
