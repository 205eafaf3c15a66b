namespace LayerDecayGen.Schedules;

/// <summary>
/// A value that a schedule starts from, peaks at or ends at, stated so that layer scales hold: relative to a group's base value, or scaled
/// with it.
/// <see cref="Absolute"/> is what several references do and lifts groups whose scaled rate is smaller; using it on a learning rate is
/// reported.
/// </summary>
public readonly record struct Level
{
    private readonly LevelKind _kind;
    private readonly double _value;
    private readonly double[]? _values;

    private Level(LevelKind kind, double value, double[]? values = null) => (_kind, _value, _values) = (kind, value, values);

    private enum LevelKind
    {
        Ratio,
        Scaled,
        Absolute,
        PerGroup,
    }

    /// <summary>Zero.</summary>
    public static Level Zero => default;

    /// <summary>A multiple of the group's own base value (mmengine's <c>eta_min_ratio</c>).</summary>
    /// <param name="ofBase">The factor, at least 0.</param>
    public static Level Ratio(double ofBase) => new(LevelKind.Ratio, Checked(ofBase, nameof(ofBase)));

    /// <summary>A value for a group of scale 1, times the lr scale of each group (MAE's and timm's minimum).</summary>
    /// <param name="value">The value at scale 1, at least 0.</param>
    public static Level Scaled(double value) => new(LevelKind.Scaled, Checked(value, nameof(value)));

    /// <summary>The same value for every group, whatever its scale (mmengine's <c>eta_min</c>).</summary>
    /// <param name="value">The value, at least 0.</param>
    public static Level Absolute(double value) => new(LevelKind.Absolute, Checked(value, nameof(value)));

    /// <summary>One value a group, in the order of the optimizer's groups.</summary>
    /// <param name="values">The values, each at least 0.</param>
    public static Level PerGroup(params double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values) Checked(value, nameof(values));
        return new Level(LevelKind.PerGroup, 0, [.. values]);
    }

    internal bool IsZero => _kind != LevelKind.PerGroup && _value == 0;

    internal bool IgnoresScale => _kind == LevelKind.Absolute && _value > 0;

    internal int? GroupCount => _values?.Length;

    internal double Of(in Lanes lanes, int group) => _kind switch
    {
        LevelKind.Ratio => lanes.Bases[group] * _value,
        LevelKind.Scaled => lanes.Scales[group] * _value,
        LevelKind.Absolute => _value,
        _ => _values![group],
    };

    /// <inheritdoc/>
    public override string ToString() => _kind switch
    {
        LevelKind.Ratio => FormattableString.Invariant($"{_value} of base"),
        LevelKind.Scaled => FormattableString.Invariant($"{_value} times lr scale"),
        LevelKind.Absolute => FormattableString.Invariant($"{_value}"),
        _ => "one a group",
    };

    private static double Checked(double value, string name) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "A level is a finite number of at least 0.");
}
