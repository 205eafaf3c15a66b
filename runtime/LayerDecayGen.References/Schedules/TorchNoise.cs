namespace LayerDecayGen.References;

/// <summary>
/// One random number as <c>torch.Generator</c> gives it on the CPU for a seed: the 32-bit Mersenne Twister, drawn as a double by
/// Box and Muller and rounded to float32.
/// </summary>
internal ref struct TorchNoise
{
    private const int Size = 624;
    private const int Shift = 397;

    private readonly Span<uint> _state;
    private int _next;
    private double? _second;

    /// <param name="seed">Its lower 32 bits count.</param>
    /// <param name="state">Room for 624 words.</param>
    public TorchNoise(long seed, Span<uint> state)
    {
        _state = state;
        state[0] = unchecked((uint)seed);
        for (var i = 1; i < Size; i++) state[i] = unchecked(1812433253u * (state[i - 1] ^ (state[i - 1] >> 30)) + (uint)i);
        _next = Size;
    }

    public static int StateSize => Size;

    /// <summary>A float32 from the standard normal distribution, as <c>torch.randn(1)</c>.</summary>
    public double Normal()
    {
        if (_second is { } second)
        {
            _second = null;
            return (float)second;
        }

        var (angle, left) = (2 * Math.PI * UniformDouble(), UniformDouble());
        var radius = Math.Sqrt(-2 * LogOnePlus(-left));
        _second = radius * Math.Sin(angle);
        return (float)(radius * Math.Cos(angle));
    }

    /// <summary>A float32 in [0, 1), as <c>torch.rand(1)</c>.</summary>
    public double Uniform() => (Next() & 0xFFFFFF) * (1.0 / (1 << 24));

    private double UniformDouble()
    {
        var (high, low) = ((ulong)Next(), (ulong)Next());
        return (((high << 32) | low) & ((1UL << 53) - 1)) * (1.0 / (1UL << 53));
    }

    private uint Next()
    {
        if (_next == Size) Twist();
        var y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680u;
        y ^= (y << 15) & 0xEFC60000u;
        return y ^ (y >> 18);
    }

    private void Twist()
    {
        for (var i = 0; i < Size; i++)
        {
            var y = (_state[i] & 0x80000000u) | (_state[(i + 1) % Size] & 0x7FFFFFFFu);
            _state[i] = _state[(i + Shift) % Size] ^ (y >> 1) ^ ((y & 1) != 0 ? 0x9908B0DFu : 0);
        }

        _next = 0;
    }

    // .NET has no log1p; the quotient takes back what rounding 1 + x lost.
    private static double LogOnePlus(double x)
    {
        var sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }
}
