using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>The counts of a training step, and the gradients of an open window of accumulation.</summary>
internal sealed class StepPart(TrainingStep step) : ICheckpointPart
{
    public string Name => "step";

    public void Save(PartWriter to)
    {
        to.Text = PartText.Write(new StepText(step.Iterations, step.Updates, step.Skips), PartJson.Default.StepText);
        foreach (var (name, parameter) in step.Model.named_parameters())
            if (parameter.grad is { } gradient)
                to.Add(name, gradient);
    }

    public Action Load(SavedPart saved)
    {
        var text = PartText.Read(saved, PartJson.Default.StepText);
        Saved.Count(text.Iterations, "The step's count of iterations");
        Saved.Count(text.Updates, "The step's count of updates");
        Saved.Count(text.Skips, "The step's count of skips");
        step.EnsureOfThisRun(text.Iterations, text.Updates, text.Skips);
        var gradients = step.Model.named_parameters().Select(p => (p.parameter, Saved: Gradient(p.name, p.parameter, saved))).ToList();
        return () =>
        {
            step.Resume(text.Iterations, text.Updates, text.Skips);
            foreach (var (parameter, gradient) in gradients) parameter.grad = gradient;
        };
    }

    // Made here, so that a lack of memory shows before anything is changed.
    private static Tensor? Gradient(string name, Parameter parameter, SavedPart saved)
    {
        if (saved.Names.Of(name) is not { } savedName || saved.Find(savedName) is not { } entry) return null;
        if (entry.Dtype != parameter.dtype || !entry.Shape.AsSpan().SequenceEqual(parameter.shape))
            throw new CheckpointException($"The gradient {entry} does not fit its parameter, {parameter.dtype} {Shown.Shape(parameter.shape)}.");
        using var read = saved.Read(savedName);
        return read.to(parameter.device).clone();
    }
}
