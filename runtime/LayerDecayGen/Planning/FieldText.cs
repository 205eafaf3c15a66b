using System.Collections;
using System.Globalization;

namespace LayerDecayGen;

/// <summary>The value of a group's further field as text: equal text means equal value, lists included.</summary>
internal static class FieldText
{
    public static string Of(object value) => value switch
    {
        string text => text,
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Of))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
