using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Optimizers;

/// <summary>The golden trajectories of optimizers: reading them and running one.</summary>
internal static class OptimizerGoldens
{
    public static ScalarType Dtype(JsonElement golden) => golden.GetProperty("dtype").GetString() == "float64" ? ScalarType.Float64 : ScalarType.Float32;

    public static Dictionary<string, Parameter> Parameters(JsonElement initial, ScalarType dtype) =>
        initial.EnumerateObject().ToDictionary(p => p.Name, p => new Parameter(ToTensor(p.Value, dtype)), StringComparer.Ordinal);

    public static void SetGradients(Dictionary<string, Parameter> parameters, JsonElement gradients)
    {
        foreach (var (name, parameter) in parameters)
            parameter.grad = gradients.TryGetProperty(name, out var g) && g.ValueKind != JsonValueKind.Null ? ToTensor(g, parameter.dtype) : null;
    }

    /// <summary>The same into gradients that are there, as autograd adds to them.</summary>
    public static void FillGradients(Dictionary<string, Parameter> parameters, JsonElement gradients)
    {
        foreach (var (name, parameter) in parameters)
        {
            var given = gradients.TryGetProperty(name, out var g) && g.ValueKind != JsonValueKind.Null ? ToTensor(g, parameter.dtype) : null;
            if (given is not null && parameter.grad is { } there) there.copy_(given);
            else parameter.grad = given;
        }
    }

    public static Tensor ToTensor(JsonElement json, ScalarType dtype)
    {
        var shape = new List<long>();
        for (var at = json; at.ValueKind == JsonValueKind.Array; at = at[0]) shape.Add(at.GetArrayLength());
        using var flat = tensor(Flatten(json).ToArray(), dtype: ScalarType.Float64);
        return flat.to(dtype).reshape([.. shape]).clone();
    }

    public static IEnumerable<double> Flatten(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array ? json.EnumerateArray().SelectMany(Flatten) : [json.Number()];

    /// <summary>Compares relative to the tensor's largest element; what is not finite has to be the same.</summary>
    public static void AssertClose(Tensor actual, JsonElement expected, double tolerance, string what)
    {
        var want = Flatten(expected).ToArray();
        using var asDouble = actual.detach().to(ScalarType.Float64).contiguous();
        var got = asDouble.data<double>().ToArray();
        Assert.That(got, Has.Length.EqualTo(want.Length), what);
        var scale = want.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (var i = 0; i < want.Length; i++)
            Assert.That(got[i], double.IsFinite(want[i]) ? Is.EqualTo(want[i]).Within(tolerance * scale) : Is.EqualTo(want[i]), $"{what}[{i}]");
    }
}
