using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Traps.Models;

public sealed class DottedName : Module<Tensor, Tensor>
{
    private readonly Linear fc = Linear(4, 4);

    public DottedName() : base(nameof(DottedName)) => register_module("encoder.fc", fc); // LDG046

    public override Tensor forward(Tensor x) => fc.forward(x);
}

public sealed class DottedTemplate : Module<Tensor, Tensor>
{
    public DottedTemplate() : base(nameof(DottedTemplate))
    {
        for (var i = 0; i < 2; i++) register_module($"layers.{i}", Linear(4, 4)); // LDG046
    }

    public override Tensor forward(Tensor x) => x;
}

public sealed class NameGivenTwice : Module<Tensor, Tensor>
{
    private readonly Linear first = Linear(4, 4);
    private readonly Linear second = Linear(4, 4);

    public NameGivenTwice() : base(nameof(NameGivenTwice))
    {
        register_module("first", first);
        register_module("first", second); // LDG046
    }

    public override Tensor forward(Tensor x) => second.forward(first.forward(x));
}

public sealed class NamedByHandAndByField : Module<Tensor, Tensor>
{
    private readonly Linear _fc = Linear(4, 4);

    public NamedByHandAndByField() : base(nameof(NamedByHandAndByField))
    {
        register_module("fc", _fc); // LDG046
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => _fc.forward(x);
}

public sealed class RegisteredAgain : Module<Tensor, Tensor>
{
    private readonly Linear fc = Linear(4, 4);

    public RegisteredAgain() : base(nameof(RegisteredAgain))
    {
        RegisterComponents();
        register_module("fc", fc); // LDG046
    }

    public override Tensor forward(Tensor x) => fc.forward(x);
}

public sealed class OneComponentNameForTwo : Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc")] private readonly Linear first = Linear(4, 4);
    [ComponentName(Name = "fc")] private readonly Linear second = Linear(4, 4); // LDG046

    public OneComponentNameForTwo() : base(nameof(OneComponentNameForTwo)) => RegisterComponents();

    public override Tensor forward(Tensor x) => second.forward(first.forward(x));
}

public sealed class NamedOnce : Module<Tensor, Tensor>
{
    private readonly Linear fc = Linear(4, 4);
    [ComponentName(Name = "head")] private readonly Linear _head;

    public NamedOnce(bool wide) : base(nameof(NamedOnce))
    {
        _head = Linear(4, wide ? 8 : 4);
        if (wide) register_module("head", _head);
        else register_module("head", _head);
        register_module("fc", fc);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => _head.forward(fc.forward(x));
}
