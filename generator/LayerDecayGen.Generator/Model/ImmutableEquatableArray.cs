namespace LayerDecayGen.Generator.Model;

/// <summary>An immutable array with value equality, as the incremental pipeline compares models.</summary>
/// <typeparam name="T">The element.</typeparam>
public sealed class ImmutableEquatableArray<T> : IEquatable<ImmutableEquatableArray<T>>
    where T : IEquatable<T>
{
    private readonly T[] _items;

    private ImmutableEquatableArray(T[] items) => _items = items;

    /// <summary>No elements.</summary>
    public static ImmutableEquatableArray<T> Empty { get; } = new([]);

    /// <summary>The number of elements.</summary>
    public int Count => _items.Length;

    /// <summary>The element at a position.</summary>
    /// <param name="index">From 0.</param>
    public T this[int index] => _items[index];

    /// <summary>Copies a list.</summary>
    /// <param name="items">The elements; null for none.</param>
    public static ImmutableEquatableArray<T> From(List<T>? items) => items is null or { Count: 0 } ? Empty : new([.. items]);

    /// <inheritdoc/>
    public bool Equals(ImmutableEquatableArray<T>? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || other._items.Length != _items.Length) return false;
        for (var i = 0; i < _items.Length; i++)
            if (!_items[i].Equals(other._items[i]))
                return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ImmutableEquatableArray<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = 17;
        foreach (var item in _items) hash = unchecked((hash * 31) + item.GetHashCode());
        return hash;
    }

    /// <summary>Enumerates without allocation.</summary>
    public ReadOnlySpan<T>.Enumerator GetEnumerator() => new ReadOnlySpan<T>(_items).GetEnumerator();
}
