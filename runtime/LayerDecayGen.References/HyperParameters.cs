using System.Collections.Immutable;
using System.Globalization;

namespace LayerDecayGen.References;

using Field = KeyValuePair<string, object>;

/// <summary>
/// Fields of a parameter group in the order in which they were set, as PyTorch's dictionaries keep them. Setting a field again keeps its
/// place.
/// </summary>
internal static class HyperParameters
{
    public static ImmutableArray<Field> With(this ImmutableArray<Field> fields, string name, object value)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Key == name) return fields.SetItem(i, new Field(name, value));
        }

        return fields.Add(new Field(name, value));
    }

    public static ImmutableArray<Field> With(this ImmutableArray<Field> fields, ImmutableArray<Field> others) =>
        others.Aggregate(fields, (all, field) => all.With(field.Key, field.Value));

    public static double? Number(this ImmutableArray<Field> fields, string name, string where)
    {
        foreach (var (key, value) in fields)
        {
            if (key != name) continue;
            return value is IConvertible and not string and not bool ? Convert.ToDouble(value, CultureInfo.InvariantCulture)
                : throw new PlanException($"{where}: {name} is '{value}': it must be a number.");
        }

        return null;
    }

    /// <summary>What is neither rate, scale nor weight decay.</summary>
    public static ImmutableSortedDictionary<string, object> Further(this ImmutableArray<Field> fields) =>
        fields.Where(f => f.Key is not ("lr" or "lr_scale" or "weight_decay")).ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Fields as text, in their order: what detectron2 compares.</summary>
    public static string Text(this ImmutableArray<Field> fields) =>
        string.Join(' ', fields.Select(f => $"{f.Key}={FieldText.Of(f.Value)}"));
}
