namespace LayerDecayGen;

/// <summary>
/// A value that a schedule starts from, peaks at or ends at, stated so that layer scales hold: relative to a group's base value, or scaled
/// with it.
/// <see cref="Absolute"/> is what several references do and lifts groups whose scaled rate is smaller; using it on a learning rate is
/// reported.
/// </summary>
public readonly record struct Level
{
    private readonly double _ratio;
    private readonly double _scaled;
    private readonly double _absolute;
    private readonly double[]? _values;

    private Level(double ratio = 0, double scaled = 0, double absolute = 0, double[]? values = null) =>
        (_ratio, _scaled, _absolute, _values) = (ratio, scaled, absolute, values);

    /// <summary>Zero.</summary>
    public static Level Zero => default;

    /// <summary>A multiple of the group's own base value (mmengine's <c>eta_min_ratio</c>).</summary>
    /// <param name="ofBase">The factor, at least 0.</param>
    public static Level Ratio(double ofBase) => new(ratio: Require.NotNegative(ofBase));

    /// <summary>A value for a group of scale 1, times the lr scale of each group (MAE's and timm's minimum).</summary>
    /// <param name="value">The value at scale 1, at least 0.</param>
    public static Level Scaled(double value) => new(scaled: Require.NotNegative(value));

    /// <summary>The same value for every group, whatever its scale (mmengine's <c>eta_min</c>).</summary>
    /// <param name="value">The value, at least 0.</param>
    public static Level Absolute(double value) => new(absolute: Require.NotNegative(value));

    /// <summary>One value for each group, in the order of the optimizer's groups.</summary>
    /// <param name="values">The values, each at least 0.</param>
    public static Level PerGroup(params double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values) Require.NotNegative(value, nameof(values));
        return new Level(values: [.. values]);
    }

    internal bool IsZero => this == default;

    internal bool IgnoresScale => _absolute > 0;

    internal int? GroupCount => _values?.Length;

    // At most one of the three is not zero, so the sum is exact; a branch on the kind would cost more than all else in a step.
    internal double Of(in GroupValues values, int group) =>
        _values is null ? values.Bases[group] * _ratio + values.Scales[group] * _scaled + _absolute : _values[group];

    /// <inheritdoc/>
    public override string ToString() => _values is not null ? "one for each group"
        : _scaled > 0 ? FormattableString.Invariant($"{_scaled} times lr scale")
        : _absolute > 0 ? FormattableString.Invariant($"{_absolute}")
        : FormattableString.Invariant($"{_ratio} of base");

}
