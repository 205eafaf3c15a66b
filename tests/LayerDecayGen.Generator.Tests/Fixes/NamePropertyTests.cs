using LayerDecayGen.CodeFixes;
using LayerDecayGen.Generator.Analyzers;

namespace LayerDecayGen.Generator.Tests.Fixes;

public sealed class NamePropertyTests
{
    [Test]
    public Task AnAutoPropertyIsRegisteredUnderItsOwnNameWithTheUsingItNeeds() => Fix.OfFile<RegistrationTrapAnalyzer, NamePropertyFix>("""
        using LayerDecayGen;
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        public class Net : Module<Tensor, Tensor>
        {
            /// <summary>The head.</summary>
            public Linear {|LDG047:Head|} { get; set; } = Linear(4, 4);
            [LastLayer] public Linear {|LDG047:Tail|} { get; } = Linear(4, 4);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => Head.forward(x);
        }
        """, """
        using LayerDecayGen;
        using TorchSharp;
        using TorchSharp.Modules;
        using TorchSharp.Utils;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        public class Net : Module<Tensor, Tensor>
        {
            /// <summary>The head.</summary>
            [field: ComponentName(Name = "Head")] public Linear Head { get; set; } = Linear(4, 4);
            [field: ComponentName(Name = "Tail")] [LastLayer] public Linear Tail { get; } = Linear(4, 4);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => Head.forward(x);
        }
        """);

    [Test]
    public Task AUsingThatIsThereIsNotAddedAgain() => Fix.OfFile<RegistrationTrapAnalyzer, NamePropertyFix>("""
        using TorchSharp.Modules;
        using TorchSharp.Utils;
        using static TorchSharp.torch;

        public class Net : nn.Module<Tensor, Tensor>
        {
            public Linear {|LDG047:Head|} { get; } = nn.Linear(4, 4);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => Head.forward(x);
        }
        """, """
        using TorchSharp.Modules;
        using TorchSharp.Utils;
        using static TorchSharp.torch;

        public class Net : nn.Module<Tensor, Tensor>
        {
            [field: ComponentName(Name = "Head")] public Linear Head { get; } = nn.Linear(4, 4);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => Head.forward(x);
        }
        """);
}
