using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Traps;

/// <summary>One step of SGD on all the parameters a model shows, and what it did to tensors of our choice.</summary>
internal static class Training
{
    public static string[] Names(nn.Module model) => [.. model.named_parameters().Select(static parameter => parameter.name)];

    /// <summary>Whether a step changes the tensors, all of which take part in the loss.</summary>
    public static bool Moves(nn.Module<Tensor, Tensor> model, params Tensor[] tensors)
    {
        using var scope = NewDisposeScope();
        using var optimizer = optim.SGD(model.parameters(), learningRate: 0.5);
        var before = Array.ConvertAll(tensors, static tensor => tensor.detach().clone());
        model.forward(rand(3, 4) + 0.5).pow(2).sum().backward();
        foreach (var tensor in tensors) Assert.That(tensor.grad is not null, "the tensor takes part in the loss");
        optimizer.step();
        var moved = tensors.Zip(before, static (now, then) => !now.detach().allclose(then)).ToList();
        Assert.That(moved.Distinct().Count(), Is.EqualTo(1), "all tensors share their fate");
        return moved[0];
    }

    /// <summary>A field of the model or of a base class, whatever its access.</summary>
    public static T Field<T>(object model, string name)
    {
        for (var type = model.GetType(); type is not null; type = type.BaseType)
        {
            var field = type.GetField(
                name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
            if (field is not null) return (T)field.GetValue(model)!;
        }

        throw new MissingFieldException(model.GetType().Name, name);
    }
}
