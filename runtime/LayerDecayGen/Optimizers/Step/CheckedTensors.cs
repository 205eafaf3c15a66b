using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// Parameters of one dtype and device, and what has to hold of them and of their gradients before a kernel may see them. LibTorch's fused
/// kernels check neither dtype nor shape nor layout and read out of bounds where they disagree; here every disagreement is said with the
/// parameter's name.
/// </summary>
internal sealed class CheckedTensors
{
    private readonly string _group;
    private readonly IReadOnlyList<string> _names;
    private readonly ScalarType _dtype;
    private readonly DeviceType _device;
    private readonly int _deviceIndex;
    private readonly long[][] _shapes;
    private readonly long[] _elements;

    public CheckedTensors(string group, IReadOnlyList<string> names, Parameter[] parameters)
    {
        (_group, _names, Parameters) = (group, names, parameters);
        (_dtype, _device, _deviceIndex) = (parameters[0].dtype, parameters[0].device_type, parameters[0].device_index);
        _shapes = Array.ConvertAll(parameters, p => p.shape);
        _elements = Array.ConvertAll(parameters, p => p.numel());
        if (!is_floating_point(_dtype))
            throw new NotSupportedException($"{Which(0)} is {_dtype}: optimizers update floating-point parameters only.");
    }

    public Parameter[] Parameters { get; }

    public DeviceType Device => _device;

    public bool IsHalf => _dtype is ScalarType.Float16 or ScalarType.BFloat16;

    public ScalarType StateType(bool wide) => wide ? ScalarType.Float32 : _dtype;

    public long Elements(int i) => _elements[i];

    public string Group => _group;

    /// <summary>The name of the first parameter whose memory has gaps or another order; null where all are contiguous.</summary>
    public string? FirstStrided() => Array.FindIndex(Parameters, p => !p.is_contiguous()) is >= 0 and var i ? _names[i] : null;

    public string Name(int i) => _names[i];

    /// <summary>Checks a state tensor against its parameter.</summary>
    public void CheckState(Tensor state, int i, bool wide)
    {
        var fits = state.dtype == StateType(wide) && state.device_type == _device && HasShape(state, i);
        if (fits && state.is_contiguous() == Parameters[i].is_contiguous()) return;
        throw new InvalidOperationException(
            $"{Which(i)} is {_dtype} [{Join(_shapes[i])}] on {Parameters[i].device}, and its optimizer state {state.dtype} "
            + $"[{Join(state.shape)}] on {state.device}: the state is of another model, or parameters or state were moved alone. "
            + "Load matching state, or call Rebind() on the optimizer.");
    }

    /// <summary>Reads the gradients and checks them; null for a parameter that has none.</summary>
    public void Collect(Tensor?[] gradients, bool contiguous)
    {
        for (var i = 0; i < gradients.Length; i++)
        {
            CheckParameter(Parameters[i], i);
            if (Parameters[i].grad is not { } gradient) continue;
            gradients[i] = gradient;
            CheckGradient(gradient, i);
            if (!contiguous || gradient.is_contiguous()) continue;
            gradients[i] = gradient.contiguous();
            gradient.Dispose();
        }
    }

    /// <summary>Multiplies half-precision gradients in place, for a step that takes gradients as they are.</summary>
    public static void Scale(IEnumerable<Parameter> parameters, double factor)
    {
        Tensor[] half = [.. parameters.Where(p => p.dtype is ScalarType.Float16 or ScalarType.BFloat16).Select(p => p.grad).OfType<Tensor>()];
        if (half.Length > 0) TensorLists.Multiply(half, factor);
        foreach (var gradient in half) gradient.Dispose();
    }

    private void CheckParameter(Parameter parameter, int i)
    {
        if (parameter.IsInvalid) throw Moved(i, "was disposed");
        if (parameter.dtype != _dtype) throw Moved(i, $"was {_dtype} and is {parameter.dtype}");
        if (parameter.device_type != _device) throw Moved(i, $"was on {_device} and is on {parameter.device_type}");
        if (parameter.numel() != _elements[i]) throw Moved(i, $"had {_elements[i]} elements and has {parameter.numel()}");
    }

    private void CheckGradient(Tensor gradient, int i)
    {
        if (gradient.is_sparse) throw Unfit(i, "is sparse, which no kernel takes: build the embedding with sparse: false");
        if (gradient.dtype != _dtype) throw Unfit(i, $"is {gradient.dtype} and the parameter is {_dtype}");
        if (gradient.device_type != _device || (_device == DeviceType.CUDA && gradient.device_index != _deviceIndex))
            throw Unfit(i, $"is on {gradient.device} and the parameter is on {Parameters[i].device}");
        if (!HasShape(gradient, i)) throw Unfit(i, $"has the shape [{Join(gradient.shape)}] and the parameter [{Join(_shapes[i])}]");
    }

    // The last dimension follows from the others and the number of elements.
    private bool HasShape(Tensor tensor, int i)
    {
        var shape = _shapes[i];
        if (tensor.numel() != _elements[i] || tensor.dim() != shape.Length) return false;
        for (var d = 0; d < shape.Length - 1; d++)
            if (tensor.size(d) != shape[d]) return false;
        return true;
    }

    private static string Join(long[] shape) => string.Join(", ", shape);

    private string Which(int i) => $"Parameter '{_names[i]}' of group '{_group}'";

    public InvalidOperationException Moved(int i, string how) => ModelMoved.Error(_names[i], _group, how);

    private InvalidOperationException Unfit(int i, string how) =>
        new($"The gradient of parameter '{_names[i]}' of group '{_group}' {how}.");
}
