using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// The gradients of a binding in one buffer, and what makes sure at each step that they are the ones of the parameters. Views of the buffer
/// share its version counter, which autograd moves once for each gradient that it adds to. As long as the counter moves as it did between
/// two steps that were checked one by one, gradients arrive where they did; <c>module.zero_grad()</c>, a replaced parameter or a gradient
/// made by hand before going backward shows as another move. What is done to a gradient after that does not move the counter: two
/// parameters in turn are looked at exactly at each step, and one that lost its gradient then is refused, because steps before may have
/// missed it. So is one that lost its gradient around a zeroing, which did not reach the other one.
/// </summary>
internal sealed class FlatGradients
{
    private const long Unknown = -1;

    private readonly Tensors _tensors;
    private readonly FlatBuffer _parameters;
    private readonly Func<string?> _replaced;
    private readonly Action<string> _announce;
    private readonly bool[] _has;
    private readonly object[] _sample;
    private int[] _with = [];
    private int[] _without;
    private int _turn;
    private long _seen;
    private long _usual = Unknown;
    private bool _taken;
    private bool _zeroed;

    public FlatGradients(Tensors tensors, FlatBuffer parameters, Func<string?> replaced, Action<string> announce)
    {
        (_tensors, _parameters, _replaced, _announce) = (tensors, parameters, replaced, announce);
        Buffer = new FlatBuffer(tensors.Parameters, tensors.StateType(wide: false));
        _has = new bool[tensors.Parameters.Length];
        _without = [.. Enumerable.Range(0, _has.Length)];
        _sample = [new Tensor[9], 0];
        ((Tensor[])_sample[0])[0] = Buffer.Whole;
    }

    public FlatBuffer Buffer { get; }

    /// <summary>Changes whenever another set of parameters has gradients.</summary>
    public int Membership { get; private set; }

    /// <summary>Whether a parameter has a gradient; it is then in the buffer.</summary>
    public bool Has(int i) => _has[i];

    /// <summary>Lets the next step use the gradients that were just checked, whatever is done to the buffer in between.</summary>
    public void Take() => _taken = true;

    /// <summary>Makes sure that every gradient is in the buffer. Throws before anything is changed.</summary>
    public void Collect()
    {
        _tensors.CheckPresence();
        if (_taken)
        {
            _taken = false;
            return;
        }

        var arrived = Arrived();
        if (_with.Length == 0 && !arrived) return;
        var version = arrived ? Unknown : VersionIfPlaced(_seen + _usual);
        if (version == Unknown || version - _seen != _usual) Examine();
        else _seen = version;
        _zeroed = false;
    }

    // A parameter that had no gradient is looked at by itself, as long as one can arrive.
    private bool Arrived()
    {
        foreach (var i in _without)
        {
            if (!_tensors.Parameters[i].requires_grad) continue;
            using var gradient = _tensors.Parameters[i].grad;
            if (gradient is not null) return true;
        }

        return false;
    }

    /// <summary>
    /// The buffer's version if the next two parameters and their gradients are where they belong. The expected one comes back at no cost.
    /// </summary>
    private long VersionIfPlaced(long expected)
    {
        if (_with.Length == 0) return Unknown;
        var (a, b) = (Next(), Next());
        using var gradientOfA = _tensors.Parameters[a].grad;
        using var gradientOfB = _tensors.Parameters[b].grad;
        if (!_tensors.IsComparable(_tensors.Parameters[a], gradientOfA) || !_tensors.IsComparable(_tensors.Parameters[b], gradientOfB))
            return Unknown;
        var pairs = (Tensor[])_sample[0];
        (pairs[1], pairs[2], pairs[3], pairs[4]) = (_tensors.Parameters[a], _parameters.Views[a], gradientOfA!, Buffer.Views[a]);
        (pairs[5], pairs[6], pairs[7], pairs[8]) = (_tensors.Parameters[b], _parameters.Views[b], gradientOfB!, Buffer.Views[b]);
        _sample[1] = (int)expected;
        using var other = (Scalar?)NativeUnit.Call("unexpected", _sample);
        return other?.ToInt64() ?? expected;
    }

    private int Next() => _with[_turn = _turn + 1 < _with.Length ? _turn + 1 : 0];

    private static long Number(string function, params object[] arguments)
    {
        using var number = (Scalar)NativeUnit.Call(function, arguments)!;
        return number.ToInt64();
    }

    // Looks at every parameter and every gradient, and puts gradients that are elsewhere into the buffer.
    private void Examine()
    {
        var moved = Number("version", Buffer.Whole) - _seen;
        var found = new Tensor?[_has.Length];
        try
        {
            _tensors.Collect(found, contiguous: false);
            RefuseMoved();
            var there = Array.FindAll(Enumerable.Range(0, found.Length).ToArray(), i => found[i] is not null);
            var placed = Places(Array.ConvertAll(there, i => found[i]!), Array.ConvertAll(there, i => Buffer.Views[i]));
            int[] inPlace = [.. there.Where((_, at) => placed[at])], elsewhere = [.. there.Where((_, at) => !placed[at])];
            if (inPlace.Length > moved && inPlace.Length > 0 && _replaced() is { } name) throw ModelMoved.Replaced(name);
            int[] lost = [.. _with.Except(inPlace).Where(i => _tensors.Parameters[i].requires_grad)];
            if (lost.Length > 0 && (_zeroed || moved == _usual)) throw _tensors.Assigned(lost[0]);
            TakeIn(inPlace, elsewhere, found);
            if (lost.Length > 0) _announce(PutBack(lost[0]));
            _usual = elsewhere.Length == 0 && moved > 0 ? moved : Unknown;
        }
        finally
        {
            foreach (var gradient in found) gradient?.Dispose();
        }

        _seen = Number("version", Buffer.Whole);
    }

    private void RefuseMoved()
    {
        var placed = Places(_tensors.Parameters, _parameters.Views);
        if (Array.IndexOf(placed, false) is >= 0 and var i) throw _tensors.Moved(i, "is no longer in the flat storage of its group");
    }

    private static bool[] Places(Tensor[] tensors, Tensor[] places)
    {
        if (tensors.Length == 0) return [];
        using var each = (Tensor)NativeUnit.Call("places", tensors, places)!;
        return Array.ConvertAll(each.data<long>().ToArray(), e => e != 0);
    }

    private void TakeIn(int[] inPlace, int[] elsewhere, Tensor?[] found)
    {
        var parameters = _tensors.Parameters;
        var frozen = Array.FindAll(inPlace, i => !parameters[i].requires_grad);
        foreach (var i in frozen) parameters[i].grad = null;
        NativeUnit.Copy(Array.ConvertAll(elsewhere, i => Buffer.Views[i]), Array.ConvertAll(elsewhere, i => found[i]!));
        foreach (var i in elsewhere) parameters[i].grad = Buffer.Views[i];
        Become([.. inPlace.Except(frozen).Concat(elsewhere).Order()]);
    }

    private string PutBack(int i) =>
        $"the gradient of '{_tensors.Name(i)}' was no longer in flat storage and was put back, which takes longer than the step: call "
        + "optimizer.zero_grad(), and not module.zero_grad(), which drops gradients";

    // What has no gradient counts as zero in the buffer, for norms of all of it.
    private void Become(int[] with)
    {
        foreach (var i in _with.Except(with)) Buffer.Views[i].zero_();
        if (_with.AsSpan().SequenceEqual(with)) return;
        _with = with;
        Array.Clear(_has);
        foreach (var i in with) _has[i] = true;
        _without = [.. Enumerable.Range(0, _has.Length).Where(i => !_has[i])];
        Membership++;
    }

    /// <summary>Sets the gradients to zero. A parameter that never had one goes on having none.</summary>
    public void Zero()
    {
        _taken = false;
        _zeroed = true;
        if (Array.Exists(_tensors.Parameters, p => p.IsInvalid) || VersionIfPlaced(_seen) == Unknown) Become([]);
        Buffer.Whole.zero_();
        foreach (var i in _without)
            if (_tensors.Parameters[i] is { IsInvalid: false, requires_grad: true } parameter) parameter.grad = null;
        _seen = Number("version", Buffer.Whole);
    }
}
