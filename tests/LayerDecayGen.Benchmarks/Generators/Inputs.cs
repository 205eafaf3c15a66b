using System.Text;
using System.Text.RegularExpressions;

namespace LayerDecayGen.Benchmarks.Generators;

/// <summary>What users of each generator write: one type a file, a dozen members each.</summary>
internal static partial class Inputs
{
    private const int Members = 12;

    /// <summary>Vision transformers: a root of a dozen members, and its block.</summary>
    public static string[] Models(int count) => Files(count, i => $$"""
        using LayerDecayGen; using TorchSharp; using TorchSharp.Modules; using static TorchSharp.torch; using static TorchSharp.torch.nn;
        namespace Models;
        [LayerDecay(0.75)]
        public sealed partial class Model{{i}} : Module<Tensor, Tensor>
        {
            [Layer(0), NoWeightDecay] private readonly Parameter cls_token = null!;
            [Layer(0), NoWeightDecay] private readonly Parameter dist_token = null!;
            [Layer(0), NoWeightDecay] private readonly Parameter pos_embed = null!;
            [Layer(0)] private readonly Conv2d patch_embed = null!;
            [Layer(0)] private readonly LayerNorm norm_pre = null!;
            [LayerStack] private readonly ModuleList<Block{{i}}> blocks = null!;
            [PreviousLayer] private readonly LayerNorm norm = null!;
            [LastLayer] private readonly Linear fc_norm = null!;
            [LastLayer] private readonly Linear head = null!;
            [LastLayer] private readonly Linear head_dist = null!;
            private readonly Dropout head_drop = null!;
            private readonly int depth = {{i}};
            public Model{{i}}() : base("m") { RegisterComponents(); }
            public override Tensor forward(Tensor x) => x;
        }
        public sealed class Block{{i}} : Module<Tensor, Tensor>
        {
            private readonly LayerNorm norm1 = null!;
            private readonly Linear qkv = null!;
            private readonly Linear proj = null!;
            [NoWeightDecay] private readonly Parameter gamma = null!;
            public Block{{i}}() : base("b") { RegisterComponents(); }
            public override Tensor forward(Tensor x) => x;
        }
        """);

    /// <summary>The same models as somebody writes them who does not use the library.</summary>
    public static string[] PlainModels(int count) => [.. Models(count).Select(static model => Attributes().Replace(model, ""))];

    /// <summary>Plain types and one serializer context for all of them.</summary>
    public static string[] JsonTypes(int count)
    {
        var context = new StringBuilder("using System.Text.Json.Serialization;\nnamespace Types;\n");
        for (var i = 0; i < count; i++) context.Append("[JsonSerializable(typeof(Type").Append(i).Append("))]\n");
        context.Append("public sealed partial class Context : JsonSerializerContext { }\n");
        return [context.ToString(), .. Files(count, i => $"namespace Types;\npublic sealed class Type{i} {{ {Properties()} }}")];
    }

    /// <summary>A mapper between two types of equal members.</summary>
    public static string[] Mappers(int count) => Files(count, i => $$"""
        using Riok.Mapperly.Abstractions;
        namespace Types;
        public sealed class From{{i}} { {{Properties()}} }
        public sealed class To{{i}} { {{Properties()}} }
        [Mapper] public static partial class Mapper{{i}} { public static partial To{{i}} Map(From{{i}} from); }
        """);

    /// <summary>Types with a generated shape.</summary>
    public static string[] Shapes(int count) => Files(count, i => $$"""
        using PolyType;
        namespace Types;
        [GenerateShape] public partial class Type{{i}} { {{Properties()}} }
        """);

    private static string[] Files(int count, Func<int, string> file) => [.. Enumerable.Range(0, count).Select(file)];

    private static string Properties() => string.Join(' ', Enumerable.Range(0, Members).Select(m => $"public {(m % 3 == 0 ? "string?" : m % 3 == 1 ? "int" : "double")} P{m} {{ get; set; }}"));

    [GeneratedRegex(@"\[[A-Z][^\]]*\]\s*")]
    private static partial Regex Attributes();
}
