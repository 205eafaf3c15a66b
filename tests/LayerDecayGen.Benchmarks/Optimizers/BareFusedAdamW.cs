using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Benchmarks.Optimizers;

/// <summary>The fused kernel with nothing around it: one call a group on arrays made beforehand, with no check.</summary>
internal sealed class BareFusedAdamW
{
    private const string Script = """
        def step(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor], lr: float) -> None:
            x: List[Tensor] = []
            torch._foreach_add_(s, 1)
            torch._fused_adamw_(p, g, m, v, x, s, lr=lr, beta1=0.9, beta2=0.999, weight_decay=0.05, eps=1e-8, amsgrad=False, maximize=False)

        """;

    private static readonly jit.CompilationUnit Unit = jit.compile(Script);

    private readonly object[][] _calls;

    public BareFusedAdamW(ParameterGroups groups) => _calls = [.. groups.Select(Arguments)];

    public void Step()
    {
        using var _ = no_grad();
        foreach (var call in _calls)
        {
            Unit.invoke("step", call);
            GC.KeepAlive(call);
        }
    }

    private static object[] Arguments(ParameterGroup group)
    {
        Tensor[] parameters = [.. group.Parameters];
        Tensor[] Zeros() => Array.ConvertAll(parameters, p => zeros_like(p).detach());
        return [parameters, Array.ConvertAll(parameters, p => p.grad!), Zeros(), Zeros(), Array.ConvertAll(parameters, _ => zeros([])), 1e-4.ToScalar()];
    }
}
