using System.Collections.Generic;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Traps.Models;

public sealed class ArrayOfBlocks : Module<Tensor, Tensor>
{
    private readonly Linear[] blocks = [Linear(4, 4), Linear(4, 4)]; // LDG040

    public ArrayOfBlocks() : base(nameof(ArrayOfBlocks)) => RegisterComponents();

    public override Tensor forward(Tensor x) => blocks[1].forward(blocks[0].forward(x));
}

public sealed class ListOfBlocks : Module<Tensor, Tensor>
{
    private readonly List<Module<Tensor, Tensor>> blocks = []; // LDG040

    public ListOfBlocks() : base(nameof(ListOfBlocks))
    {
        for (var i = 0; i < 2; i++) blocks.Add(Linear(4, 4));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => blocks[1].forward(blocks[0].forward(x));
}

public sealed class DictionaryOfHeads : Module<Tensor, Tensor>
{
    private readonly Dictionary<string, Linear> heads = new() { ["a"] = Linear(4, 4) }; // LDG040

    public DictionaryOfHeads() : base(nameof(DictionaryOfHeads)) => RegisterComponents();

    public override Tensor forward(Tensor x) => heads["a"].forward(x);
}

public sealed class TupleOfBlocks : Module<Tensor, Tensor>
{
    private readonly (Linear First, Linear Second) blocks = (Linear(4, 4), Linear(4, 4)); // LDG040

    public TupleOfBlocks() : base(nameof(TupleOfBlocks)) => RegisterComponents();

    public override Tensor forward(Tensor x) => blocks.Second.forward(blocks.First.forward(x));
}

public sealed class ModuleListOfBlocks : Module<Tensor, Tensor>
{
    private readonly ModuleList<Linear> blocks = ModuleList(Linear(4, 4), Linear(4, 4));

    public ModuleListOfBlocks() : base(nameof(ModuleListOfBlocks)) => RegisterComponents();

    public override Tensor forward(Tensor x) => blocks[1].forward(blocks[0].forward(x));
}

/// <summary>An array beside the registration: each element has its name from register_module.</summary>
public sealed class ArrayRegisteredByHand : Module<Tensor, Tensor>
{
    private readonly Linear[] blocks = [Linear(4, 4), Linear(4, 4)];

    public ArrayRegisteredByHand() : base(nameof(ArrayRegisteredByHand))
    {
        for (var i = 0; i < blocks.Length; i++) register_module($"block_{i}", blocks[i]);
    }

    public override Tensor forward(Tensor x) => blocks[1].forward(blocks[0].forward(x));
}

/// <summary>An array for iterating over fields that are registered.</summary>
public sealed class ArrayOfFields : Module<Tensor, Tensor>
{
    private readonly Linear first = Linear(4, 4);
    private readonly Linear second = Linear(4, 4);
    private readonly Linear[] order;

    public ArrayOfFields() : base(nameof(ArrayOfFields))
    {
        order = [second, first];
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => order[1].forward(order[0].forward(x));
}
