using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>
/// Keeps the running statistics of frozen normalisation layers: they are put into <c>eval</c> mode before their forward pass while all
/// parameters of theirs are frozen, and follow the model again afterwards. A layer without parameters goes with the module around it.
/// </summary>
internal sealed class FrozenStatistics
{
    private readonly nn.Module _model;
    private readonly List<(NormBase Norm, Parameter[] Parameters)> _norms = [];
    private readonly HashSet<NormBase> _held = [];

    public FrozenStatistics(nn.Module model)
    {
        _model = model;
        var modules = model.named_modules().Select(m => (Name: m.name, Module: m.module)).ToList();
        foreach (var (name, module) in modules)
        {
            if (module is not NormBase norm || !norm.named_buffers(recurse: false).Any()) continue;
            _norms.Add((norm, ParametersAround(name)));
            norm.register_forward_pre_hook((_, _) =>
            {
                Apply(norm);
                return null!;
            });
        }
    }

    /// <summary>Sets the mode of every layer for the next forward pass.</summary>
    public void Apply()
    {
        foreach (var (norm, _) in _norms) Apply(norm);
    }

    private void Apply(NormBase norm)
    {
        var parameters = _norms.Find(n => ReferenceEquals(n.Norm, norm)).Parameters;
        if (parameters.Length > 0 && Array.TrueForAll(parameters, p => p.IsInvalid || !p.requires_grad))
        {
            if (!norm.training) return;
            norm.eval();
            _held.Add(norm);
        }
        else if (_held.Remove(norm))
        {
            norm.train(_model.training);
        }
    }

    private Parameter[] ParametersAround(string name)
    {
        for (var path = name; ; path = path[..Math.Max(0, path.LastIndexOf('.'))])
        {
            var prefix = path.Length == 0 ? "" : path + ".";
            Parameter[] found = [.. _model.named_parameters().Where(p => p.name.StartsWith(prefix, StringComparison.Ordinal)).Select(p => p.parameter)];
            if (found.Length > 0 || path.Length == 0) return found;
        }
    }
}
