using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>
/// The public fields of TorchSharp's optimizer states and options: they are the state. Types are named, so that trimming keeps their fields.
/// </summary>
internal static class StateFields
{
    /// <summary>The optimizer's kind by its states: a group optimizer and TorchSharp's own of one kind read each other's.</summary>
    public static string Kind(OptimizerState state) => state.GetType().DeclaringType?.Name ?? state.GetType().Name;

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "TorchSharp's types are named above; another type is a user's, who keeps it.")]
    public static FieldInfo[] Of(OptimizerState state) => state switch
    {
        AdamW.State => typeof(AdamW.State).GetFields(),
        Adam.State => typeof(Adam.State).GetFields(),
        SGD.State => typeof(SGD.State).GetFields(),
        RMSProp.State => typeof(RMSProp.State).GetFields(),
        Adagrad.State => typeof(Adagrad.State).GetFields(),
        Adadelta.State => typeof(Adadelta.State).GetFields(),
        Adamax.State => typeof(Adamax.State).GetFields(),
        NAdam.State => typeof(NAdam.State).GetFields(),
        RAdam.State => typeof(RAdam.State).GetFields(),
        ASGD.State => typeof(ASGD.State).GetFields(),
        Rprop.State => typeof(Rprop.State).GetFields(),
        _ => state.GetType().GetFields(),
    };

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "TorchSharp's types are named above; another type is a user's, who keeps it.")]
    public static FieldInfo[] Of(OptimizerOptions options) => options switch
    {
        AdamW.Options => typeof(AdamW.Options).GetFields(),
        Adam.Options => typeof(Adam.Options).GetFields(),
        SGD.Options => typeof(SGD.Options).GetFields(),
        RMSProp.Options => typeof(RMSProp.Options).GetFields(),
        Adagrad.Options => typeof(Adagrad.Options).GetFields(),
        Adadelta.Options => typeof(Adadelta.Options).GetFields(),
        Adamax.Options => typeof(Adamax.Options).GetFields(),
        NAdam.Options => typeof(NAdam.Options).GetFields(),
        RAdam.Options => typeof(RAdam.Options).GetFields(),
        ASGD.Options => typeof(ASGD.Options).GetFields(),
        Rprop.Options => typeof(Rprop.Options).GetFields(),
        _ => options.GetType().GetFields(),
    };

    /// <summary>Whether a tensor of the state may be null under the group's options. Null where it must not be ends the process later.</summary>
    public static bool MayBeNull(string kind, string field, IReadOnlyDictionary<string, double> options) => (kind, field) switch
    {
        ("SGD", "momentum_buffer") => true,
        (_, "momentum_buffer") => options.GetValueOrDefault("momentum") == 0,
        (_, "max_exp_avg_sq") => options.GetValueOrDefault("amsgrad") == 0,
        (_, "grad_avg") => options.GetValueOrDefault("centered") == 0,
        _ => false,
    };

    public static Dictionary<string, double> Numbers(OptimizerState state) => Of(state).Where(f => f.FieldType != typeof(Tensor))
        .ToDictionary(f => f.Name, f => Convert.ToDouble(f.GetValue(state), CultureInfo.InvariantCulture), StringComparer.Ordinal);

    public static IEnumerable<(string Field, Tensor Tensor)> Tensors(OptimizerState state) =>
        Of(state).Where(f => f.FieldType == typeof(Tensor)).Select(f => (f.Name, f.GetValue(state) as Tensor)).Where(f => f.Item2 is not null).Select(f => (f.Name, f.Item2!));

    public static Dictionary<string, double> Options(OptimizerOptions options)
    {
        var all = Of(options).Where(f => f.GetValue(options) is not null)
            .ToDictionary(f => f.Name, f => Convert.ToDouble(f.GetValue(options), CultureInfo.InvariantCulture), StringComparer.Ordinal);
        (all[nameof(OptimizerOptions.LearningRate)], all[nameof(OptimizerOptions.InitialLearningRate)]) =
            (options.LearningRate ?? options.InitialLearningRate, options.InitialLearningRate);
        return all;
    }

    public static void Set(OptimizerOptions options, Dictionary<string, double> saved)
    {
        (options.LearningRate, options.InitialLearningRate) =
            (saved[nameof(OptimizerOptions.LearningRate)], saved[nameof(OptimizerOptions.InitialLearningRate)]);
        foreach (var field in Of(options))
            if (saved.TryGetValue(field.Name, out var value))
                field.SetValue(options, Convert.ChangeType(value, Nullable.GetUnderlyingType(field.FieldType) ?? field.FieldType, CultureInfo.InvariantCulture));
    }

    /// <summary>Checks a saved option before it is set.</summary>
    public static void Check(string name, double value, Type? field, string where)
    {
        var what = $"Option '{Shown.Text(name)}' of {where}";
        if ((Nullable.GetUnderlyingType(field ?? typeof(double)) ?? field) == typeof(bool))
        {
            if (value is not (0 or 1)) throw new CheckpointException(FormattableString.Invariant($"{what} is {value}: it must be 0 or 1."));
        }
        else if (name is "beta1" or "beta2" or "rho") Saved.Share(value, what);
        else if (name is "dampening") Saved.Finite(value, what);
        else Saved.NotNegative(value, what);
    }

    /// <summary>Checks a saved number of a state before it is set.</summary>
    public static object Number(string name, double value, Type field, string where)
    {
        var what = $"'{Shown.Text(name)}' of {where}";
        if (field == typeof(double) || field == typeof(float)) return Convert.ChangeType(Saved.Finite(value, what), field, CultureInfo.InvariantCulture);
        var limit = field == typeof(int) ? int.MaxValue : Saved.MaxCount;
        if (!(value >= 0 && value <= limit && value == Math.Floor(value)))
            throw new CheckpointException(FormattableString.Invariant($"{what} is {value}: it must be a whole number from 0 to {limit}."));
        return Convert.ChangeType(value, field, CultureInfo.InvariantCulture);
    }
}
