using System.Globalization;

namespace LayerDecayGen;

/// <summary>A dotted path with or without holes, compared with the segments of a name.</summary>
internal sealed class PathPattern
{
    private readonly Segment[] _segments;

    public PathPattern(string path, bool isStack)
    {
        _segments = [.. path.Split('.').Select(s => new Segment(s, path))];
        var holes = _segments.Count(s => s.HasHole);
        if (!isStack && holes > 0) throw new PlanException($"Path '{path}' has a hole: only a stack has children to number.");
        if (isStack && holes is not (1 or 2)) throw new PlanException($"Stack '{path}' has {holes} holes: write one, as in 'blocks.{{i}}', or two, as in 'layers.{{s}}.blocks.{{i}}'.");
    }

    /// <summary>How many segments match a name at or below the path; null where it is elsewhere.</summary>
    /// <param name="name">The segments of the name.</param>
    /// <param name="stage">The outer of two holes; -1 with fewer.</param>
    /// <param name="index">The last hole; -1 where the name leaves the path behind its first of two holes.</param>
    public int? Match(string[] name, out int stage, out int index)
    {
        (stage, index) = (-1, -1);
        for (var i = 0; i < _segments.Length; i++)
        {
            if (i >= name.Length || !_segments[i].Match(name[i], out var number))
                return IsBesideInnerStack(i, ref stage, ref index) ? i : null;
            if (_segments[i].HasHole) (stage, index) = (index, number);
        }

        return _segments.Length;
    }

    private bool IsBesideInnerStack(int reached, ref int stage, ref int index)
    {
        if (index < 0 || _segments.Skip(reached).All(s => !s.HasHole)) return false;
        (stage, index) = (index, -1);
        return true;
    }

    private readonly struct Segment
    {
        private readonly string _before;
        private readonly string _behind;

        public Segment(string text, string path)
        {
            var (open, close) = (text.IndexOf('{'), text.IndexOf('}'));
            HasHole = open >= 0 && close > open;
            if (text.Length == 0) throw new PlanException($"Path '{path}' has an empty segment.");
            if (!HasHole && (open >= 0 || close >= 0))
                throw new PlanException($"Path '{path}' has a brace that is no hole: write '{{i}}'.");
            (_before, _behind) = HasHole ? (text[..open], text[(close + 1)..]) : (text, "");
        }

        public bool HasHole { get; }

        public bool Match(string segment, out int number)
        {
            number = -1;
            if (!HasHole) return segment == _before;
            return segment.Length > _before.Length + _behind.Length
                && segment.StartsWith(_before, StringComparison.Ordinal)
                && segment.EndsWith(_behind, StringComparison.Ordinal)
                && int.TryParse(segment.AsSpan(_before.Length, segment.Length - _before.Length - _behind.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
        }
    }
}
