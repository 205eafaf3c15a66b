namespace LayerDecayGen.Training;

/// <summary>
/// One part of a checkpoint: the model, an optimizer, the schedules, or anything of a user's own that has state. A checkpoint saves and loads
/// its parts in a loop; a part that the file or the checkpoint lacks is an error, unless it is allowed by name.
/// </summary>
/// <example>
/// <code>
/// sealed class Vocabulary(List&lt;string&gt; words) : ICheckpointPart
/// {
///     public string Name => "vocabulary";
///
///     public void Save(PartWriter to) => to.Text = string.Join('\n', words);
///
///     public Action Load(SavedPart saved)
///     {
///         var loaded = saved.Text.Split('\n');
///         if (loaded.Length == 0) throw new FormatException("The vocabulary is empty.");
///         return () => { words.Clear(); words.AddRange(loaded); };
///     }
/// }
/// </code>
/// </example>
public interface ICheckpointPart
{
    /// <summary>The part's name, unique in a checkpoint: letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</summary>
    string Name { get; }

    /// <summary>Writes the state. Changes nothing.</summary>
    /// <param name="to">Takes a text and tensors.</param>
    void Save(PartWriter to);

    /// <summary>
    /// Checks everything that was saved, converts what must be, and changes nothing yet. Any exception ends the loading with nothing changed in
    /// any part.
    /// </summary>
    /// <param name="saved">What the file holds for this part.</param>
    /// <returns>What changes this part. It is called after all parts were checked, and must not fail.</returns>
    Action Load(SavedPart saved);
}
