using TorchSharp;

namespace LayerDecayGen.Optimizers;

/// <summary>
/// The numbers and switches at the end of a call's arguments. A plain <see cref="double"/> would be boxed into a temporary that the
/// collector may take while the native side still reads it, so each number is a <see cref="Scalar"/> held here, made anew only when its
/// value changes.
/// </summary>
internal sealed class CallNumbers(object[] arguments, int first)
{
    private static readonly object True = true;
    private static readonly object False = false;

    private readonly double[] _values = new double[arguments.Length - first];
    private int _next;

    public void Restart() => _next = 0;

    public CallNumbers Add(double value)
    {
        if (arguments[first + _next] is not Scalar || BitConverter.DoubleToInt64Bits(_values[_next]) != BitConverter.DoubleToInt64Bits(value))
        {
            arguments[first + _next] = value.ToScalar();
            _values[_next] = value;
        }

        _next++;
        return this;
    }

    public CallNumbers Add(bool value)
    {
        arguments[first + _next++] = value ? True : False;
        return this;
    }
}
