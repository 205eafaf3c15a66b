using TorchSharp;

namespace LayerDecayGen;

/// <summary>
/// The numbers and switches at the end of a call's arguments. A plain <see cref="double"/> would be boxed into a temporary that the
/// collector may take while the native side still reads it, so each number is a <see cref="Scalar"/> held here, made anew only when its
/// value changes.
/// </summary>
internal sealed class KernelArguments
{
    private static readonly object True = true;
    private static readonly object False = false;

    private readonly List<double> _values = [];
    private readonly int _lists;
    private int _next;

    public KernelArguments(object[] lists) => (Arguments, _lists, _next) = (lists, lists.Length, lists.Length);

    /// <summary>The lists that the call begins with, and the numbers.</summary>
    public object[] Arguments { get; private set; }

    public void Restart() => _next = _lists;

    public KernelArguments Add(double value)
    {
        var known = Grow();
        var at = _next - _lists;
        if (!known || BitConverter.DoubleToInt64Bits(_values[at]) != BitConverter.DoubleToInt64Bits(value))
        {
            Arguments[_next] = value.ToScalar();
            _values[at] = value;
        }

        _next++;
        return this;
    }

    public KernelArguments Add(bool value)
    {
        Grow();
        Arguments[_next++] = value ? True : False;
        return this;
    }

    private bool Grow()
    {
        if (_next < Arguments.Length) return true;
        Arguments = [.. Arguments, False];
        _values.Add(0);
        return false;
    }
}
