using LayerDecayGen.Generator.Tests.Support;
using static LayerDecayGen.Generator.Tests.Analyzers.Analysis;

namespace LayerDecayGen.Generator.Tests.Analyzers;

/// <summary>LDG019: who else describes the model; the page shows a model that describes itself.</summary>
public sealed class TwoRootsTests
{
    private const string Nets = """
        public class Net() : Module<Tensor, Tensor>("") { public override Tensor forward(Tensor x) => x; }
        public class Other() : Module<Tensor, Tensor>("") { public override Tensor forward(Tensor x) => x; }
        public class Holder<T>() : Module<Tensor, Tensor>("") { public override Tensor forward(Tensor x) => x; }
        [LayerDecay, Layer(0)] public partial class Parent() : Module<Tensor, Tensor>("") { public override Tensor forward(Tensor x) => x; }

        """;

    [Test]
    public Task TwoStaticClassesForOneModel() => ReportsMarkedLines(Compiler.Usings + Nets + """
        [LayerDecay(For = typeof(Net)), Layer(0)] public static partial class First { } // LDG019
        [LayerDecay(For = typeof(Net)), Layer(0)] public static partial class Second { } // LDG019
        """);

    [Test]
    public Task OneForEachModel() => ReportsMarkedLines(Compiler.Usings + Nets + """
        [LayerDecay(For = typeof(Net)), Layer(0)] public static partial class NetLayers { }
        [LayerDecay(For = typeof(Other)), Layer(0)] public static partial class OtherLayers { }
        [LayerDecay(For = typeof(Holder<int>)), Layer(0)] public static partial class IntLayers { }
        [LayerDecay(For = typeof(Holder<long>)), Layer(0)] public static partial class LongLayers { }
        [LayerDecay, Layer(0)] public partial class Child : Parent { }
        """);
}
