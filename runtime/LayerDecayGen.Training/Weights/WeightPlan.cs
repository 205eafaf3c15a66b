using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>Which tensor of a file goes where in a model: found out and checked before anything is changed.</summary>
internal sealed class WeightPlan : IDisposable
{
    private readonly List<Copy> _copies = [];
    private readonly List<WeightRow> _rows = [];
    private readonly PretrainedOptions _options;
    private readonly Func<string, bool> _mayDiffer;
    private readonly (NamePattern Pattern, WeightAdapter Adapter)[] _adapters;
    private readonly HashSet<string> _adaptersUsed = new(StringComparer.Ordinal);
    private readonly DisposeScope _scope = NewDisposeScope();

    /// <summary>One tensor to load. <paramref name="Adapted"/> is what an adapter made of it, or null to read it from the file.</summary>
    private sealed record Copy(LiveTensor Live, SafetensorsFile File, SafetensorsEntry Entry, Tensor? Adapted);

    public WeightPlan(WeightSource source, List<LiveTensor> live, string modelName, PretrainedOptions options, Func<string, bool> mayDiffer)
    {
        (_options, _mayDiffer) = (options, mayDiffer);
        _adapters = [.. options.Adapters.Select(a => (new NamePattern(a.Key), a.Value))];
        var names = new WeightNames(source, options);
        var owners = live.SelectMany(t => t.Names, (t, n) => (Name: n, Tensor: t)).ToDictionary(t => t.Name, t => t.Tensor, StringComparer.Ordinal);
        var unexpected = names.Tensors.Keys.Where(n => !owners.ContainsKey(n)).ToList();
        foreach (var tensor in live) Match(tensor, names, new NearestNames(unexpected));
        NameUnexpected(unexpected, names, new NearestNames([.. owners.Keys.Where(n => !names.Tensors.ContainsKey(n))]));
        EnsureAdaptersUsed(owners.Keys);
        Result = new PretrainedResult(source.Path, modelName, [.. _rows]);
    }

    public PretrainedResult Result { get; }

    private void Match(LiveTensor live, WeightNames names, NearestNames nearest)
    {
        var found = live.Names.Where(names.Tensors.ContainsKey).ToList();
        if (found.Count == 0)
        {
            var allowed = live.Names.Any(_mayDiffer);
            _rows.Add(new WeightRow(
                live.Name, null, allowed ? WeightOutcome.Missing : WeightOutcome.Refused, null, null, allowed ? "" : $"not in the file{nearest.Hint(live.Name)}"));
            return;
        }

        var (fileName, file, entry) = names.Tensors[found[0]];
        if (found.Skip(1).FirstOrDefault(other => !SameData(names.Tensors[found[0]], names.Tensors[other])) is { } other)
            Refuse(live, fileName, $"tied to {other} in the model, and the file has other numbers there");
        else if (LiveTensors.WhyNotWritable(live.Tensor) is { } why)
            Refuse(live, fileName, why);
        else
            Fit(live, fileName, file, entry);
    }

    private void Fit(LiveTensor live, string fileName, SafetensorsFile file, SafetensorsEntry entry)
    {
        var adapters = _adapters.Where(a => live.Names.Any(a.Pattern.Matches)).ToList();
        foreach (var (pattern, _) in adapters) _adaptersUsed.Add(pattern.Text);
        if (adapters.Count > 1)
        {
            Refuse(live, fileName, $"adapters '{adapters[0].Pattern.Text}' and '{adapters[1].Pattern.Text}' both match it");
            return;
        }

        var (adapter, shape) = (adapters.Count == 1 ? adapters[0].Adapter : null, live.Tensor.shape);
        if (adapter is null && !entry.Shape.AsSpan().SequenceEqual(shape))
        {
            var note = $"{Shown.Shape(entry.Shape)} in the file and {Shown.Shape(shape)} in the model";
            if (live.Names.Any(_mayDiffer)) _rows.Add(new WeightRow(live.Name, fileName, WeightOutcome.OtherShape, null, null, note));
            else Refuse(live, fileName, note + (IsTransposed(entry.Shape, shape) ? "; WeightAdapter.Transpose makes one of the other" : ""));
            return;
        }

        if (WhyNotConvertible(entry.Dtype, live.Tensor.dtype) is { } why)
            Refuse(live, fileName, why);
        else
            Prepare(live, fileName, file, entry, adapter);
    }

    private void Prepare(LiveTensor live, string fileName, SafetensorsFile file, SafetensorsEntry entry, WeightAdapter? adapter)
    {
        Tensor? adapted = null;
        if (adapter is not null && (adapted = Adapt(live, fileName, file, entry, adapter)) is null) return;
        if (!DtypeConversion.IsLossless(entry.Dtype, live.Tensor.dtype) && Overflows(adapted, file, entry, live.Tensor.dtype))
        {
            Refuse(live, fileName, $"{entry.Dtype} numbers of the file would be infinite in {live.Tensor.dtype}");
            return;
        }

        var converted = entry.Dtype == live.Tensor.dtype ? null : $"{entry.Dtype} to {live.Tensor.dtype}";
        _rows.Add(new WeightRow(live.Name, fileName, WeightOutcome.Loaded, adapter?.Name, converted, ""));
        _copies.Add(new Copy(live, file, entry, adapted));
    }

    private Tensor? Adapt(LiveTensor live, string fileName, SafetensorsFile file, SafetensorsEntry entry, WeightAdapter adapter)
    {
        using var scope = NewDisposeScope();
        try
        {
            var adapted = adapter.Convert(file.Read(entry.Name), live.Tensor.shape);
            if (adapted.shape.SequenceEqual(live.Tensor.shape)) return adapted.MoveToOtherDisposeScope(_scope);
            Refuse(live, fileName, $"{adapter.Name}, it is {Shown.Shape(adapted.shape)}, and {Shown.Shape(live.Tensor.shape)} in the model");
        }
        catch (Exception e) when (e is ArgumentException or System.Runtime.InteropServices.ExternalException)
        {
            Refuse(live, fileName, $"{Shown.Shape(entry.Shape)} cannot be {adapter.Name}: {e.Message.Split('\n')[0]}");
        }

        return null;
    }

    private string? WhyNotConvertible(ScalarType from, ScalarType to)
    {
        if (!DtypeConversion.IsPossible(from, to)) return $"{from} in the file and {to} in the model, which cannot be converted";
        return _options.AllowNarrowing || DtypeConversion.IsLossless(from, to)
            ? null
            : $"{from} in the file and {to} in the model, which loses digits; AllowNarrowing permits it";
    }

    private static bool Overflows(Tensor? adapted, SafetensorsFile file, SafetensorsEntry entry, ScalarType to)
    {
        using var scope = NewDisposeScope();
        var source = adapted ?? file.Read(entry.Name);
        return (source.to(to).isinf() & ~source.isinf()).any().item<bool>();
    }

    private static bool SameData((string Name, SafetensorsFile File, SafetensorsEntry Entry) a, (string Name, SafetensorsFile File, SafetensorsEntry Entry) b)
    {
        if (a.Entry.Dtype != b.Entry.Dtype || !a.Entry.Shape.AsSpan().SequenceEqual(b.Entry.Shape.AsSpan())) return false;
        using var first = a.File.Read(a.Entry.Name);
        using var second = b.File.Read(b.Entry.Name);
        return first.numel() == 0 || equal(first, second).item<bool>();
    }

    private static Tensor equal(Tensor a, Tensor b) => a.eq(b).all();

    private static bool IsTransposed(ImmutableArray<long> a, long[] b) => a.Length == 2 && b.Length == 2 && a[0] == b[1] && a[1] == b[0];

    private void Refuse(LiveTensor live, string fileName, string why) =>
        _rows.Add(new WeightRow(live.Name, fileName, WeightOutcome.Refused, null, null, why));

    private void NameUnexpected(List<string> unexpected, WeightNames names, NearestNames nearest)
    {
        var ignored = _options.Ignore.Select(i => new NamePattern(i)).ToArray();
        foreach (var name in unexpected)
        {
            var ignore = ignored.Any(i => i.Matches(name));
            var note = ignore ? "" : $"in the file and not in the model{nearest.Hint(name)}";
            _rows.Add(new WeightRow(name, names.Tensors[name].FileName, ignore ? WeightOutcome.Ignored : WeightOutcome.Unexpected, null, null, note));
        }
    }

    private void EnsureAdaptersUsed(IEnumerable<string> names)
    {
        if (_adapters.FirstOrDefault(a => !_adaptersUsed.Contains(a.Pattern.Text)).Pattern is not { } idle) return;
        var matched = names.Any(idle.Matches);
        throw new PretrainedWeightsException(
            $"The adapter for '{idle.Text}' has no tensor to adapt: "
            + (matched ? "the file lacks it." : $"the model has no such name{new NearestNames([.. names]).Hint(idle.Text)}.") + " Nothing was loaded.");
    }

    /// <summary>Loads. What can fail for a reason in the file or in the model was found before.</summary>
    public void Apply()
    {
        using var _ = no_grad();
        foreach (var (live, file, entry, adapted) in _copies)
        {
            if (adapted is null && entry.Dtype == live.Tensor.dtype && TensorBytes.AreDirect(live.Tensor))
            {
                file.ReadInto(entry, live.Tensor);
                continue;
            }

            using var scope = NewDisposeScope();
            live.Tensor.copy_(adapted ?? file.Read(entry.Name));
        }
    }

    public void Dispose() => _scope.Dispose();
}
