using ModelZoo;

namespace LayerDecayGen.Tests.Models;

/// <summary>Models without a golden case: every parameter with its dimensions and its layer, from the names of the original and a rule in words.</summary>
public sealed class ZooRuleTests
{
    private static readonly LayerDecayOptions s_options = new() { WeightDecay = 0.1 };

    [Test]
    public void RobertaIsEmbeddingsThenBlocksAndAHeadOnTopThatIsRegisteredFirst()
    {
        const int depth = 3;
        using var model = new RobertaForSequenceClassification(new RobertaSize(20, 12, 8, depth, 2), classes: 3);
        Assert.That(model.named_parameters().First().name, Is.EqualTo("classifier.dense.weight"));

        string[] embeddings = ["word_embeddings.weight 2", "position_embeddings.weight 2", "token_type_embeddings.weight 2", .. Norm("LayerNorm")];
        string[] block =
        [
            .. Linear("attention.self.query"), .. Linear("attention.self.key"), .. Linear("attention.self.value"),
            .. Linear("attention.output.dense"), .. Norm("attention.output.LayerNorm"),
            .. Linear("intermediate.dense"), .. Linear("output.dense"), .. Norm("output.LayerNorm"),
        ];
        Assert.That(Describe(model.GetParameterGroups(s_options)), Is.EquivalentTo((string[])[
            .. Layer(0, "roberta.embeddings", embeddings),
            .. Enumerable.Range(0, depth).SelectMany(i => Layer(i + 1, $"roberta.encoder.layer.{i}", block)),
            .. Layer(depth + 1, "classifier", [.. Linear("dense"), .. Linear("out_proj")]),
        ]));
    }

    [Test]
    public void LlamaIsEmbeddingsThenBlocksAndTheFinalNormWithTheHeadOnTop()
    {
        const int depth = 3;
        using var model = new LlamaForCausalLM(new LlamaSize(20, 8, 16, depth, 2));
        var groups = model.GetParameterGroups(s_options);
        string[] block =
        [
            "self_attn.q_proj.weight 2", "self_attn.k_proj.weight 2", "self_attn.v_proj.weight 2", "self_attn.o_proj.weight 2",
            "mlp.gate_proj.weight 2", "mlp.up_proj.weight 2", "mlp.down_proj.weight 2",
            "input_layernorm.weight 1", "post_attention_layernorm.weight 1",
        ];
        Assert.That(Describe(groups), Is.EquivalentTo((string[])[
            "model.embed_tokens.weight 2 in 0",
            .. Enumerable.Range(0, depth).SelectMany(i => Layer(i + 1, $"model.layers.{i}", block)),
            $"model.norm.weight 1 in {depth + 1}",
            $"lm_head.weight 2 in {depth + 1}",
        ]));
        var norms = groups.Facts.Parameters.Where(f => f.Role == ParameterRole.Norm).Select(f => f.Name);
        Assert.That(norms, Is.EquivalentTo(model.named_parameters().Select(p => p.name).Where(n => n.Contains("norm"))), "a norm of the model's own");
    }

    [Test]
    public void UNetInSequenceGoesDownThroughTheMiddleAndUp()
    {
        using var model = new SequentialUNet(new UNetSize(3, 4, Resolutions: 2, Depth: 1));
        Assert.That(Describe(model.GetParameterGroups(s_options)), Is.EquivalentTo(UNet(input: 1, middle: 5, output: 8, top: 12)));
    }

    [Test]
    public void UNetInParallelCountsBothArmsFromTheSameLayerAndTheMiddleAfterThem()
    {
        using var model = new ParallelUNet(new UNetSize(3, 4, Resolutions: 2, Depth: 1));
        Assert.That(Describe(model.GetParameterGroups(s_options)), Is.EquivalentTo(UNet(input: 1, middle: 5, output: 1, top: 8)));
    }

    // Two resolutions of one block each: four blocks down, three parts in the middle, four blocks up. A block whose channels change has a skip connection.
    private static string[] UNet(int input, int middle, int output, int top)
    {
        string[][] down = [Conv("0"), Residual("0."), Conv("0.op"), [.. Residual("0."), .. Conv("0.skip_connection")]];
        string[][] between = [Residual(""), [.. Norm("norm"), "qkv.weight 3", "qkv.bias 1", "proj_out.weight 3", "proj_out.bias 1"], Residual("")];
        string[] joined = [.. Residual("0."), .. Conv("0.skip_connection")];
        string[][] up = [joined, [.. joined, .. Conv("1.conv")], joined, joined];
        return
        [
            .. Layer(0, "time_embed", [.. Linear("0"), .. Linear("2")]),
            .. down.SelectMany((names, i) => Layer(input + i, $"input_blocks.{i}", names)),
            .. between.SelectMany((names, i) => Layer(middle + i, $"middle_block.{i}", names)),
            .. up.SelectMany((names, i) => Layer(output + i, $"output_blocks.{i}", names)),
            .. Layer(top, "out", [.. Norm("0"), .. Conv("2")]),
        ];
    }

    private static string[] Residual(string at) =>
    [
        .. Norm(at + "in_layers.0"), .. Conv(at + "in_layers.2"), .. Linear(at + "emb_layers.1"), .. Norm(at + "out_layers.0"), .. Conv(at + "out_layers.3"),
    ];

    private static string[] Linear(string name) => [$"{name}.weight 2", $"{name}.bias 1"];

    private static string[] Norm(string name) => [$"{name}.weight 1", $"{name}.bias 1"];

    private static string[] Conv(string name) => [$"{name}.weight 4", $"{name}.bias 1"];

    private static IEnumerable<string> Layer(int layer, string path, string[] names) => names.Select(n => $"{path}.{n} in {layer}");

    private static IEnumerable<string> Describe(ParameterGroups groups) => groups.Facts.Parameters.Select(f => $"{f.Name} {f.Shape.Length} in {f.Layer}");
}
