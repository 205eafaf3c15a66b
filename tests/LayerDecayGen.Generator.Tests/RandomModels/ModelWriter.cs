using System.Globalization;
using System.Text;

namespace LayerDecayGen.RandomModels;

/// <summary>How far a random model may go.</summary>
public enum Manner
{
    /// <summary>Constructible, every member in a layer, layers without gaps: what the seal accepts.</summary>
    Sound,

    /// <summary>Any attribute of the vocabulary anywhere, with any number and path.</summary>
    Wild,

    /// <summary>Wild, and the text itself damaged.</summary>
    Broken,
}

/// <summary>Writes module classes from the vocabulary, the same for the same seed.</summary>
/// <param name="seed">The seed.</param>
/// <param name="manner">How far to go.</param>
public sealed class ModelWriter(int seed, Manner manner)
{
    private static readonly string[] s_names =
    [
        "stem", "_stem", "patch_embed", "blocks", "Blocks", "head", "Head", "norm", "fc_norm", "layers", "count", "model", "groups", "@class", "@out",
        "x1", "_1", "größe", "weight", "Section", "Stack", "Layout", "Index", "Next", "layer", "Last", "ModelName", "Match", "Instance", "System",
        "LayerDecayGen", "toString", "to_string", "get_hash_code", "module_1", "pos_embed", "i", "j", "match", "names", "s0", "index", "stage",
    ];

    private static readonly string[] s_kinds =
    [
        "Linear", "LayerNorm", "Embedding", "Conv2d", "Parameter", "Tensor", "List", "OpaqueList", "Sequential", "NamedSequential", "Dict", "Parameters",
        "LSTM", "Attention", "Encoder", "Opaque", "Block", "Null", "Auto", "Renamed", "Literal", "Stages", "ReLU",
    ];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _registrations = new();
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private int _layer;
    private bool _opened;
    private int _unstacked;

    /// <summary>The name of the model class inside its namespace.</summary>
    public string TypeName { get; private set; } = "Net";

    /// <summary>Writes one file: a model and its block classes in a namespace of their own.</summary>
    /// <param name="space">The namespace.</param>
    public string Write(string space)
    {
        var generic = Chance(10);
        var nested = Chance(5);
        var inherits = Chance(3);
        TypeName = (nested ? "Outer+" : "") + (generic ? "Net`1" : "Net");
        var text = new StringBuilder("using LayerDecayGen; using TorchSharp; using TorchSharp.Modules; using static TorchSharp.torch; using static TorchSharp.torch.nn;\n");
        text.Append(Chance(2) ? $"namespace {space};\n" : $"namespace {space} {{\n");
        var fileScoped = text[^2] == ';';
        text.Append(Block());
        if (inherits) text.Append(Parent());
        var own = Members(_random.Next(1, 7));
        if (nested) text.Append("public partial class Outer {\n");
        text.Append(Attributes()).Append("public partial class Net").Append(generic ? "<T>" : "").Append(" : ").Append(inherits ? "Parent" : "Module<Tensor, Tensor>").Append("\n{\n");
        text.Append(own).Append("public Net() : base(\"Net\") {\n").Append(_registrations).Append("RegisterComponents(); }\n");
        text.Append("public override Tensor forward(Tensor x) => x;\n}\n");
        if (nested) text.Append("}\n");
        if (!fileScoped) text.Append("}\n");
        return manner == Manner.Broken ? Damage(text.ToString()) : text.ToString();
    }

    private string Parent()
    {
        var members = Members(_random.Next(1, 4));
        var text = $"public abstract class Parent : Module<Tensor, Tensor> {{\n{members}protected Parent(string n) : base(n) {{\n{_registrations}}}\n}}\n";
        _registrations.Clear();
        return text;
    }

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    private T Pick<T>(params T[] values) => values[_random.Next(values.Length)];

    private string Attributes()
    {
        var rate = manner == Manner.Sound ? Pick("", "0.75", "0.5", "1") : Pick("", "0.75", "1", "0", "-1", "1e-3", "double.NaN", "\"x\"", "2");
        var text = $"[LayerDecay({rate})]\n";
        for (var i = manner == Manner.Sound ? 0 : _random.Next(4); i > 0; i--) text += $"[{Pick("Layer(0, {0})", "LayerStack({0})", "NoWeightDecay({0})", "Frozen({0})", "LastLayer({0})", "PreviousLayer({0})", "WeightDecay(0.1, {0})", "LearningRateScale(2, {0})").Replace("{0}", Path())}]\n";
        return text;
    }

    private string Path()
    {
        var hops = new List<string>();
        for (var i = _random.Next(1, 4); i > 0; i--)
            hops.Add(Pick(Pick(s_names).TrimStart('@'), "{i}", "0", "weight", "gamma", "inner", "block_{k}", "", "}{", "blocks", "{", "qkv"));
        return "\"" + string.Join('.', hops) + "\"";
    }

    private string Block()
    {
        var gamma = manner == Manner.Sound ? Pick("", "[NoWeightDecay]", "[Frozen]", "[LearningRateScale(0.5)]", "[WeightDecay(0.125)]") : Facet();
        return $$"""
            public class Block : Module<Tensor, Tensor>
            {
                {{gamma}} private readonly Parameter gamma = new(torch.ones(2));
                {{(Chance(2) ? "[NoWeightDecay]" : "")}} private readonly Linear inner = Linear(2, 2);
                public Block() : base("Block") => RegisterComponents();
                public override Tensor forward(Tensor x) => inner.forward(x) * gamma;
            }
            public class Stage : Module<Tensor, Tensor>
            {
                [LayerStack] private readonly ModuleList<Block> blocks = new(new Block(), new Block());
                {{Pick("", "[PreviousLayer]")}} private readonly Linear downsample = Linear(2, 2);
                public Stage() : base("Stage") => RegisterComponents();
                public override Tensor forward(Tensor x) => x;
            }

            """;
    }

    private string Members(int count)
    {
        var text = new StringBuilder(Member(Pick("Linear", "List", "Parameter")));
        for (var i = 0; i < count; i++) text.Append(Member(Pick(s_kinds)));
        return text.ToString();
    }

    private string Member(string kind)
    {
        var name = Pick(s_names);
        if (manner != Manner.Broken && !_taken.Add(name.TrimStart('@', '_').ToUpperInvariant())) return "";
        var attributes = manner == Manner.Sound ? SoundLayer(kind) : Facet() + Facet();
        var (type, value) = TypeAndValue(kind);
        // Binding a factory costs more than all the rest of a class; what is not constructed does without.
        if (manner != Manner.Sound && kind != "Opaque") value = "null!";
        if (kind == "Literal") _registrations.Append(CultureInfo.InvariantCulture, $"register_module(\"literal_{_taken.Count}\", {name});\n");
        return kind switch
        {
            "Auto" => $"{attributes} public {type} {name} {{ get; }} = {value};\n",
            "Renamed" => $"{attributes} [TorchSharp.Utils.ComponentName(Name = \"renamed_{_taken.Count}\")] private readonly {type} {name} = {value};\n",
            _ => $"{attributes} {Pick("private readonly", "public", "internal", "protected readonly")} {type} {name} = {value};\n",
        };
    }

    private static (string Type, string Value) TypeAndValue(string kind) => kind switch
    {
        "LayerNorm" => ("LayerNorm", "LayerNorm(2)"),
        "Embedding" => ("Embedding", "Embedding(3, 2)"),
        "Conv2d" => ("Conv2d", "Conv2d(1, 2, 1)"),
        "Parameter" => ("Parameter", "new Parameter(torch.ones(2))"),
        "Tensor" => ("Tensor", "new Parameter(torch.ones(2))"),
        "List" => ("ModuleList<Block>", "new ModuleList<Block>(new Block(), new Block(), new Block())"),
        "OpaqueList" => ("ModuleList<Module<Tensor, Tensor>>", "new ModuleList<Module<Tensor, Tensor>>(new Block(), Linear(2, 2))"),
        "Sequential" => ("Sequential", "Sequential(Linear(2, 2), ReLU(), Linear(2, 2))"),
        "NamedSequential" => ("Sequential", "Sequential((\"conv\", Linear(2, 2)), (\"act\", ReLU()), (\"fc\", Linear(2, 2)))"),
        "Dict" => ("ModuleDict<Linear>", "ModuleDict((\"left\", Linear(2, 2)), (\"right\", Linear(2, 2)))"),
        "Parameters" => ("ParameterList", "new ParameterList(new Parameter(torch.ones(2)), new Parameter(torch.ones(2)))"),
        "LSTM" => ("LSTM", "LSTM(2, 2)"),
        "Attention" => ("MultiheadAttention", "MultiheadAttention(2, 1)"),
        "Encoder" => ("TransformerEncoder", "TransformerEncoder(TransformerEncoderLayer(2, 1, 2), 2)"),
        "Opaque" => ("Module<Tensor, Tensor>", "new Block()"),
        "Block" => ("Block", "new Block()"),
        "Null" => ("Linear?", "null"),
        "Stages" => ("ModuleList<Stage>", "new ModuleList<Stage>(new Stage(), new Stage())"),
        "ReLU" => ("ReLU", "ReLU()"),
        _ => ("Linear", "Linear(2, 2)"),
    };

    private string SoundLayer(string kind)
    {
        if (kind == "ReLU") return "";
        var facet = Pick("", "", "[NoWeightDecay]", "[LearningRateScale(0.5)]", "[WeightDecay(0.25)]");
        var canStack = kind is "List" or "OpaqueList" or "Sequential" or "NamedSequential" or "Dict" or "Parameters" or "Encoder";
        if (kind == "Stages" || (canStack && Chance(2)))
        {
            _opened = true;
            _unstacked++;
            return "[LayerStack]" + facet;
        }

        if (_opened && kind != "Null" && Chance(3)) return "[PreviousLayer]" + facet;
        if (_opened && Chance(4)) return "[LastLayer]" + facet;
        if (kind == "Null") return "[LastLayer]" + facet;
        _opened = true;
        return (_unstacked == 0 && Chance(2) ? $"[Layer({_layer++})]" : $"[Layer({Math.Max(0, _layer - 1)})]") + facet;
    }

    private string Facet() => Pick(
        "", "", "[Layer(0)]", "[Layer(3)]", "[Layer(-1)]", "[LayerStack]", "[LayerStack(Order = 1)]", "[LayerStack(BlocksPerLayer = 2)]", "[LayerStack(Count = 3)]",
        "[LayerStack(LayerOf = \"Depth\")]", "[LastLayer]", "[PreviousLayer]", "[NoWeightDecay]", "[Frozen]", "[WeightDecay(-1)]", "[LearningRateScale(2)]",
        $"[LayerStack({Path()})]", $"[NoWeightDecay({Path()})]", "[Layer(\"no number\")]", "[Layer]");

    private string Damage(string text)
    {
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            var at = _random.Next(text.Length);
            var length = Math.Min(_random.Next(0, 12), text.Length - at);
            text = text.Remove(at, length).Insert(at, Pick("", "{", "}", "<", ">", "[Layer(", ")", ";", "partial", "\"", "class", "\0", "}}}}", "/*", "#if", "where T : "));
        }

        return text;
    }
}
