using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// Finds tied weights. A native layer hands out a new wrapper at each read, so one tensor can be registered under two names with two
/// handles: ties are found by memory and shape. The owner is the name in the lowest layer, by registration order among equals: a shared
/// table moves as slowly as the slowest place that uses it, and the rule does not depend on which member was registered first.
/// </summary>
internal static class TieReader
{
    public static void Mark(ParameterFact[] facts, List<WalkedParameter> walked)
    {
        var owners = new Dictionary<nint, int>(facts.Length);
        var unaddressed = new List<int>();
        for (var i = 0; i < facts.Length; i++)
        {
            if (walked[i].SameAs >= 0)
            {
                Tie(facts, OwnerOf(facts, walked[i].SameAs), i);
                continue;
            }

            if (facts[i].Elements == 0 || walked[i].Parameter.device_type == DeviceType.META) continue; // no memory to share
            var address = ModelTensors.AddressOf(walked[i].Parameter);
            if (address == 0) unaddressed.Add(i);
            else if (!owners.TryAdd(address, i) && SameShape(facts, owners[address], i)) Tie(facts, OwnerOf(facts, owners[address]), i);
        }

        TieUnaddressed(facts, walked, unaddressed);
    }

    /// <summary>
    /// Whether two registered names stand for one tensor, so that one gradient serves both. Decided by a flag that they would share: memory alone
    /// can be shared by separate tensors, and then the gradient of one of them would be lost.
    /// </summary>
    public static bool IsOneTensor(Parameter owner, Parameter alias)
    {
        if (ReferenceEquals(owner, alias)) return true;
        var before = alias.requires_grad;
        if (owner.requires_grad != before) return false;
        alias.requires_grad = !before;
        var shared = owner.requires_grad != before;
        alias.requires_grad = before;
        return shared;
    }

    // Half precision on an accelerator: no address, but one tensor under two names still shares its flags.
    private static void TieUnaddressed(ParameterFact[] facts, List<WalkedParameter> walked, List<int> indices)
    {
        for (var a = 0; a < indices.Count; a++)
            for (var b = a + 1; b < indices.Count; b++)
                if (facts[indices[b]].TiedTo is null && SameShape(facts, indices[a], indices[b]) && IsOneTensor(walked[indices[a]].Parameter, walked[indices[b]].Parameter))
                    Tie(facts, indices[a], indices[b]);
    }

    private static bool SameShape(ParameterFact[] facts, int a, int b) => facts[a].Shape.AsSpan().SequenceEqual(facts[b].Shape.AsSpan());

    private static int OwnerOf(ParameterFact[] facts, int index) =>
        facts[index].TiedTo is { } owner ? Array.FindIndex(facts, f => f.Name == owner) : index;

    // An alias without a layer, a repeated block of a stack, never owns.
    private static void Tie(ParameterFact[] facts, int first, int second)
    {
        var owner = (facts[second].Layer ?? int.MaxValue) < (facts[first].Layer ?? int.MaxValue) ? second : first;
        var alias = owner == first ? second : first;
        for (var i = 0; i < facts.Length; i++)
            if (i == alias || facts[i].TiedTo == facts[alias].Name)
                facts[i] = facts[i] with { TiedTo = facts[owner].Name };
    }
}
