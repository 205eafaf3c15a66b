using System.Globalization;
using System.IO.Compression;

namespace FineTune.Data;

/// <summary>Data that is not there or not readable; the message is for the person at the prompt.</summary>
internal sealed class DataException(string message) : Exception(message);

/// <summary>A labelled sentence. The source is where it is from, and empty in a user's own file.</summary>
internal sealed record Sentence(string Source, int Label, string Text);

/// <summary>Sentences to train on and held-out ones, which are the same whatever the seed.</summary>
internal sealed record Sentences(string Name, int Classes, IReadOnlyList<Sentence> Pool, IReadOnlyList<Sentence> HeldOut)
{
    /// <summary>The name of the sentences that come with the sample.</summary>
    public const string Reviews = "reviews";

    private const int ReviewsHeldOut = 1000;
    private const int MostClasses = 1000;

    /// <summary>Reads the reviews of the sample, or a user's file with a label and a sentence on each line, a tab between them.</summary>
    /// <exception cref="DataException">The file cannot be used; the message has the line.</exception>
    public static Sentences Load(string data)
    {
        if (data == Reviews)
        {
            using var packed = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "data", "sentiment.tsv.gz")), CompressionMode.Decompress);
            using var reviews = new StreamReader(packed);
            return Split(Reviews, Lines(reviews).Skip(1).Select(line => line.Text.Split('\t')).Select(c => new Sentence(c[0], c[1] == "1" ? 1 : 0, c[2])), ReviewsHeldOut);
        }

        try
        {
            using var reader = new StreamReader(data, new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true));
            return Split(data, [.. Lines(reader).Select(line => Read(data, line.Number, line.Text))], null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"--data {data}: {e.Message}");
        }
        catch (System.Text.DecoderFallbackException)
        {
            throw new DataException($"--data {data}: the file is not UTF-8 text");
        }
    }

    /// <summary>Sentences to train on, chosen by the seed.</summary>
    public IReadOnlyList<Sentence> Choose(int labels, int seed)
    {
        var order = Pool.ToArray();
        new Random(seed).Shuffle(order);
        return order[..labels];
    }

    private static IEnumerable<(int Number, string Text)> Lines(TextReader reader)
    {
        for (var number = 1; reader.ReadLine() is { } line; number++)
            if (line.Trim().Length > 0)
                yield return (number, line);
    }

    private static Sentence Read(string data, int number, string line)
    {
        if (line.Split('\t') is not [var label, var text])
            throw new DataException($"--data {data}: line {number} has {line.Count(c => c == '\t')} tabs; it must be a label, one tab and a sentence");
        if (!int.TryParse(label.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value >= MostClasses)
            throw new DataException($"--data {data}: line {number} has the label '{label}'; it must be a whole number from 0 to {MostClasses - 1}");
        return text.Trim().Length > 0 ? new Sentence("", value, text) : throw new DataException($"--data {data}: line {number} has no sentence");
    }

    // Every source and label gives its share to the held-out ones; by a third of the file where no number is fixed.
    private static Sentences Split(string name, IEnumerable<Sentence> read, int? heldOut)
    {
        var all = read.ToArray();
        var labels = all.Select(s => s.Label).Distinct().Order().ToArray();
        if (labels.Length < 2) throw new DataException($"--data {name}: it has {labels.Length} different labels, and must have at least 2");
        if (labels[^1] != labels.Length - 1)
            throw new DataException($"--data {name}: no sentence has the label {Enumerable.Range(0, MostClasses).Except(labels).First()}; labels must count up from 0");
        var count = heldOut ?? all.Length / 3;
        var strata = all.GroupBy(s => (s.Source, s.Label)).OrderBy(g => g.Key.Source, StringComparer.Ordinal).ThenBy(g => g.Key.Label).Select(g => g.ToArray()).ToList();
        List<Sentence> pool = [], held = [];
        for (var (i, seen) = (0, 0L); i < strata.Count; i++)
        {
            new Random(i).Shuffle(strata[i]);
            var before = seen * count / all.Length;
            seen += strata[i].Length;
            var share = (int)(seen * count / all.Length - before);
            held.AddRange(strata[i][..share]);
            pool.AddRange(strata[i][share..]);
        }

        return held.Count > 0 && pool.Count > 0 ? new Sentences(name, labels.Length, pool, held)
            : throw new DataException($"--data {name}: {all.Length} sentences are too few to train on some and hold out others");
    }
}
