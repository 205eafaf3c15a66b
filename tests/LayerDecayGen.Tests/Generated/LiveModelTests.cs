extern alias generator;

using System.Reflection;
using LayerDecayGen.Layout;
using LayerDecayGen.RandomModels;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using LayerDecayGenerator = generator::LayerDecayGen.Generator.LayerDecayGenerator;

namespace LayerDecayGen.Tests.Generated;

/// <summary>
/// Random models, generated, constructed and compared with TorchSharp's own registration. The other side is reflection over the live objects: whose
/// field holds a tensor decides, names do not.
/// </summary>
public class LiveModelTests
{
    private const int Models = 250;

    private static readonly Lazy<Assembly> s_assembly = new(Build);

    [Test]
    public void GroupsOfLiveModelsAreWhatTheirFieldsSay()
    {
        for (var seed = 0; seed < Models; seed++)
        {
            var writer = new ModelWriter(seed, Manner.Sound);
            var source = writer.Write("M" + seed);
            var type = s_assembly.Value.GetType($"M{seed}.{writer.TypeName}", throwOnError: true)!;
            if (type.IsGenericTypeDefinition) type = type.MakeGenericType(typeof(object));
            using var model = (nn.Module)Activator.CreateInstance(type)!;
            Assert.That(() => Check(model, type, source), Throws.Nothing, source);
        }
    }

    private static void Check(nn.Module model, Type type, string source)
    {
        var expected = new Dictionary<IntPtr, Expectation>();
        Walk(model, new Expectation(), expected);
        var groups = (ParameterGroups)type.GetMethod("GetParameterGroups", [typeof(LayerDecayOptions)])!
            .Invoke(model, [new LayerDecayOptions { WeightDecay = 0.05, LayerDecay = 0.5 }])!;
        var layout = LayoutOf(groups.GetType());
        var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        var facts = groups.Facts.Parameters;
        Assert.That(facts.Select(f => f.Name).Where(parameters.ContainsKey), Is.EqualTo(parameters.Keys), source);
        // A module in two fields belongs to the lower layer, which need not be the first field: SealTests has those.
        var tied = facts.SelectMany(f => f.TiedTo is { } owner ? new[] { f.Name, owner } : []).ToHashSet();
        foreach (var fact in facts.Where(f => !tied.Contains(f.Name)))
        {
            var (name, parameter) = (fact.Name, parameters[fact.Name]);
            var section = layout.Sections[fact.Section];
            var actual = new Expectation(section.Attribute, fact.NoWeightDecay, fact.Frozen, fact.LearningRateScale, fact.WeightDecay);
            Assert.That(actual, Is.EqualTo(expected[parameter.Handle]), () => $"{name}\n{source}");
        }
    }

    private static void Walk(nn.Module module, Expectation held, Dictionary<IntPtr, Expectation> expected)
    {
        if (module.GetType().Assembly == typeof(nn.Module).Assembly)
        {
            foreach (var (_, parameter) in module.named_parameters(recurse: false)) expected.TryAdd(parameter.Handle, held);
            foreach (var (_, child) in module.named_children()) Walk(child, held, expected);
            return;
        }

        for (var type = module.GetType(); type!.Assembly != typeof(nn.Module).Assembly; type = type.BaseType)
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                var inner = held.Add(AttributesOf(field));
                if (field.GetValue(module) is Parameter parameter) expected.TryAdd(parameter.Handle, inner);
                else if (field.GetValue(module) is nn.Module child) Walk(child, inner, expected);
            }
    }

    private static IEnumerable<LayerMemberAttribute> AttributesOf(FieldInfo field)
    {
        var property = field.Name.StartsWith('<') ? field.DeclaringType!.GetProperty(field.Name[1..field.Name.IndexOf('>')]) : null;
        return field.GetCustomAttributes<LayerMemberAttribute>().Concat(property?.GetCustomAttributes<LayerMemberAttribute>() ?? []);
    }

    private static LayerLayout LayoutOf(Type groups)
    {
        var layout = groups.GetNestedType("CompiledLayout", BindingFlags.NonPublic)!;
        if (layout.IsGenericTypeDefinition) layout = layout.MakeGenericType(groups.GetGenericArguments());
        return (LayerLayout)layout.GetField("Instance")!.GetValue(null)!;
    }

    private static Assembly Build()
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(p) is "netstandard.dll" or "mscorlib.dll" or "TorchSharp.dll" or "LayerDecayGen.dll")
            .Select(p => MetadataReference.CreateFromFile(p));
        var sources = Enumerable.Range(0, Models).Select(i => CSharpSyntaxTree.ParseText(new ModelWriter(i, Manner.Sound).Write("M" + i)));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create("LiveModels", sources, references, options);
        CSharpGeneratorDriver.Create(new LayerDecayGenerator()).RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        Assert.That(diagnostics, Is.Empty);
        using var stream = new MemoryStream();
        var emitted = output.Emit(stream);
        Assert.That(emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error), Is.Empty);
        return Assembly.Load(stream.ToArray());
    }

    /// <summary>What the attributes on the way to a tensor say of it.</summary>
    private sealed record Expectation(string Layer = "", bool NoWeightDecay = false, bool Frozen = false, double Scale = 1, double? Decay = null)
    {
        public Expectation Add(IEnumerable<LayerMemberAttribute> attributes)
        {
            var said = this;
            foreach (var attribute in attributes)
            {
                said = attribute switch
                {
                    WeightDecayAttribute decay => said with { Decay = decay.Value, NoWeightDecay = false },
                    NoWeightDecayAttribute => said with { Decay = null, NoWeightDecay = true },
                    FrozenAttribute => said with { Frozen = true },
                    LearningRateScaleAttribute scale => said with { Scale = said.Scale * scale.Scale },
                    LayerAttribute layer when Layer.Length == 0 => said with { Layer = $"[Layer({layer.Number})]" },
                    LayerStackAttribute when Layer.Length == 0 => said with { Layer = "[LayerStack]" },
                    LastLayerAttribute when Layer.Length == 0 => said with { Layer = "[LastLayer]" },
                    PreviousLayerAttribute when Layer.Length == 0 => said with { Layer = "[PreviousLayer]" },
                    _ => said,
                };
            }

            return said;
        }
    }
}
