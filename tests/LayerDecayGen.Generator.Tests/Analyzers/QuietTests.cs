using LayerDecayGen.Generator.Tests.Support;
using static LayerDecayGen.Generator.Tests.Analyzers.Analysis;

namespace LayerDecayGen.Generator.Tests.Analyzers;

/// <summary>Ways of writing models that look like a trap and are none.</summary>
public sealed class QuietTests
{
    [Test]
    public Task CollectionsThatAreRegisteredElsewhere() => ReportsMarkedLines(Net("""
        private readonly List<Module<Tensor, Tensor>> layers = new();
        private readonly Module<Tensor, Tensor>[] given;
        private readonly IList<Linear> behind = new ModuleList<Linear>();
        private readonly Dictionary<string, Linear> byName = new();
        private readonly List<Func<Module<Tensor, Tensor>>> factories = new();
        private readonly List<Tensor> cache = new();
        private static readonly Linear[] Shared = [];
        private readonly Linear fc = Linear(4, 4);
        private readonly Sequential body;
        private readonly ModuleList<Module<Tensor, Tensor>> list;

        public Net(Module<Tensor, Tensor>[] given) : base("Net")
        {
            this.given = given;
            layers.Add(Linear(4, 4));
            body = Sequential(layers.ToArray());
            list = new ModuleList<Module<Tensor, Tensor>>(this.given);
            byName["fc"] = fc;
            RegisterComponents();
        }
        """), CheckAllModules);

    [Test]
    public Task ModulesBuiltByAVirtualMethodOfTheConstructor() => ReportsMarkedLines(Compiler.Usings + """
        public abstract class Base : Module<Tensor, Tensor>
        {
            protected Linear stem;
            protected Base(string name) : base(name)
            {
                Build();
                RegisterComponents();
            }
            protected virtual void Build() => Stem();
            private void Stem() => stem = Linear(4, 4);
        }

        public class Net : Base
        {
            private Linear head;
            public Net() : base("Net") { }
            protected override void Build()
            {
                base.Build();
                head = Linear(4, 4);
            }
            public override Tensor forward(Tensor x) => head.forward(stem.forward(x));
        }
        """, CheckAllModules);

    [Test]
    public Task ComponentsThatAreMovedClearedOrConditionallyBuilt() => ReportsMarkedLines(Net("""
        private Linear fc;
        private Linear? extra;
        private Module<Tensor, Tensor> act = ReLU();
        private readonly ModuleList<Linear> blocks = new();

        public Net(bool wide) : base("Net")
        {
            if (wide) {
                fc = Linear(4, 8);
                blocks.Add(fc);
                RegisterComponents();
            } else {
                fc = Linear(4, 4);
                RegisterComponents();
            }
        }

        public void Move(Device device)
        {
            fc = (Linear)fc.to(device);
            fc = fc.cuda();
        }

        public void Drop() => extra = null;

        public void Clear()
        {
            extra = default;
            blocks.Clear();
        }
        """), CheckAllModules);

    [Test]
    public Task AliasesAndModulesWithoutParametersAfterRegistration() => ReportsMarkedLines(Net("""
        private readonly Linear query = Linear(4, 4);
        private readonly Linear to_q;
        private readonly ModuleList<Module<Tensor, Tensor>> to_out;
        private readonly ReLU act;
        private readonly Scale scale;

        public Net() : base("Net")
        {
            RegisterComponents();
            to_q = query;
            to_out = new ModuleList<Module<Tensor, Tensor>>();
            to_out.Add(query);
            to_out.Add(Dropout(0.1));
            act = ReLU();
            scale = new Scale();
        }

        private sealed class Scale : Module<Tensor, Tensor>
        {
            private readonly double factor = 2;
            public Scale() : base("Scale") { }
            public override Tensor forward(Tensor x) => x * factor;
        }
        """), CheckAllModules);

    [Test]
    public Task ActivationsBehindABaseType() => ReportsMarkedLines(Net("""
        private readonly Module<Tensor, Tensor> act;
        private readonly Module<Tensor, Tensor> head;
        private readonly Sequential body = Sequential(
            new Activation("relu"),
            new Wrapper(Linear(4, 4)), // LDG041
            new Projection()); // LDG041

        public Net() : base("Net")
        {
            RegisterComponents();
            act = Choose("gelu");
            head = Head(); // LDG042
        }

        private static Module<Tensor, Tensor> Choose(string name) => name switch {
            "gelu" => GELU(),
            "square" => new Square(),
            _ => ReLU(),
        };

        private sealed class Square : Module<Tensor, Tensor>
        {
            public Square() : base(nameof(Square)) { }
            public override Tensor forward(Tensor x) => x * x;
        }

        private static Module<Tensor, Tensor> Head() => Linear(4, 4);

        private sealed class Activation : Module<Tensor, Tensor>
        {
            private readonly Module<Tensor, Tensor> function;
            public Activation(string name) : base(nameof(Activation)) => function = Choose(name);
            public override Tensor forward(Tensor x) => function.forward(x);
        }

        private sealed class Wrapper : Module<Tensor, Tensor>
        {
            private readonly Module<Tensor, Tensor> inner;
            public Wrapper(Module<Tensor, Tensor> inner) : base(nameof(Wrapper)) => this.inner = inner;
            public override Tensor forward(Tensor x) => inner.forward(x);
        }

        private sealed class Projection : Module<Tensor, Tensor>
        {
            private readonly Module<Tensor, Tensor> fc = Linear(4, 4);
            public Projection() : base(nameof(Projection)) { }
            public override Tensor forward(Tensor x) => fc.forward(x);
        }
        """), CheckAllModules);

    [Test]
    public Task FieldsThatHideNoComponent() => ReportsMarkedLines(Compiler.Usings + """
        public abstract class Base : Module<Tensor, Tensor>
        {
            private readonly int depth = 1;
            private static readonly Linear Shared = Linear(4, 4);
            protected Base(string name) : base(name) { }
            public virtual Linear Head => null!;
            public int Depth => depth + (int)Shared.in_features;
        }

        public class Net : Base
        {
            private readonly int depth = 2;
            private readonly Linear Shared = Linear(4, 4);
            private readonly Linear head = Linear(4, 4);
            public Net() : base("Net") => RegisterComponents();
            public override Linear Head => head;
            public override Tensor forward(Tensor x) => Shared.forward(head.forward(x)) * depth;
        }
        """, CheckAllModules);

    [Test]
    public Task TensorsThatBecomeParametersOrStayBuffers() => ReportsMarkedLines(Net("""
        private readonly Tensor byHand = ones(4, requires_grad: true);
        private readonly Tensor wrapped = ones(4, requires_grad: true);
        private readonly Tensor given;
        private readonly Tensor mask = ones(4, requires_grad: false);
        private readonly Parameter weight;

        public Net(Tensor given) : base("Net")
        {
            this.given = given;
            weight = new Parameter(wrapped);
            weight.requires_grad = true;
            register_parameter("byHand", (Parameter)byHand);
            RegisterComponents();
        }
        """), CheckAllModules);

    [Test]
    public Task NamesThatAreTheirOwn() => ReportsMarkedLines(Net("""
        private readonly Linear a = Linear(4, 4);
        private readonly Parameter weight = Parameter(ones(4));
        private Linear late;

        public Net(int depth) : base("Net")
        {
            register_module("encoder", a);
            register_parameter("a.weight", weight);
            for (var i = 0; i < depth; i++) register_module($"block_{i}", Linear(4, 4));
            switch (depth) {
                case 1: register_module("head", late = Linear(4, 4)); break;
                default: register_module("head", late = Linear(4, 8)); break;
            }
        }
        """), CheckAllModules);

    [Test]
    public Task PropertiesThatHoldNoComponentOfTheirOwn() => ReportsMarkedLines(Net("""
        private readonly Linear fc = Linear(4, 4);
        public Linear Fc => fc;
        public static Linear Shared { get; } = Linear(4, 4);
        public int Depth { get; } = 12;
        public Tensor? Attention { get; private set; }
        public Net() : base("Net") => RegisterComponents();
        """), CheckAllModules);

    [Test]
    public Task InstancesThatDifferOrOwnNothing() => ReportsMarkedLines(Net("""
        private readonly ModuleList<Module<Tensor, Tensor>> blocks = new();
        private readonly Sequential body = Sequential();
        private readonly Module<Tensor, Tensor> act = GELU();

        public Net(IEnumerable<Linear> given, bool deep) : base("Net")
        {
            foreach (var block in given) blocks.Add(block);
            var fc = Linear(4, 4);
            body.append(fc).append(act);
            fc = Linear(4, 4);
            body.append(fc).append(act);
            var head = Linear(4, 4);
            if (deep) blocks.Add(head);
            else blocks.Insert(0, head);
            RegisterComponents();
        }
        """), CheckAllModules);

    private static string Net(string members) => $$"""
        using System;
        using System.Collections.Generic;
        {{Compiler.Usings}}
        public class Net : Module<Tensor, Tensor>
        {
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
