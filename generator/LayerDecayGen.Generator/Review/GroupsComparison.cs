namespace LayerDecayGen.Review;

/// <summary>A line that differs between two tables.</summary>
/// <param name="Row">The place in the later table; -1 for a line that it lacks.</param>
/// <param name="Column">The first cell that differs.</param>
/// <param name="Text">What differs, with the lines before and after.</param>
internal sealed record GroupsDifference(int Row, int Column, string Text);

/// <summary>Compares a groups file with what holds now, cell by cell.</summary>
internal sealed class GroupsComparison
{
    private readonly GroupsFile _before;
    private readonly GroupsFile _after;
    private readonly int[] _partners;
    private readonly bool[] _taken;

    private GroupsComparison(GroupsFile before, GroupsFile after)
    {
        (_before, _after) = (before, after);
        (_partners, _taken) = (new int[after.Rows.Count], new bool[before.Rows.Count]);
        for (var i = 0; i < _partners.Length; i++) _partners[i] = Take(j => before.Rows[j][0] == after.Rows[i][0]);
        // A section under a new name stands where the old one stood.
        for (var i = 0; i < _partners.Length; i++)
            if (_partners[i] < 0)
                _partners[i] = Take(j => j == (i == 0 ? 0 : _partners[i - 1] + 1) && !Has(after, before.Rows[j][0]));
    }

    /// <summary>The differences in the order of the lines that hold now.</summary>
    /// <param name="before">The file.</param>
    /// <param name="after">What holds now. Columns behind the declared ones are compared where both tables have them.</param>
    public static List<GroupsDifference> Of(GroupsFile before, GroupsFile after)
    {
        var comparison = new GroupsComparison(before, after);
        var causes = comparison.Differences(0, GroupsFile.Declared);
        // Numbers that follow from a change elsewhere are not a change of their own.
        return causes.Count > 0 || before.Rule != after.Rule ? causes : comparison.Differences(GroupsFile.Declared, int.MaxValue);
    }

    private List<GroupsDifference> Differences(int from, int to)
    {
        var list = new List<GroupsDifference>();
        for (int i = 0, last = -1; i < _partners.Length; last = Math.Max(last, _partners[i++]))
        {
            var now = Quoted(_after.Rows[i]);
            if (_partners[i] < 0)
            {
                if (from == 0) list.Add(new GroupsDifference(i, GroupsFile.Section, "there is no line for " + now));
                continue;
            }

            var was = _before.Rows[_partners[i]];
            if (FirstDifference(was, _after.Rows[i], from, to) is >= 0 and var column)
                list.Add(new GroupsDifference(i, column, "the line was " + Quoted(was) + " and is now " + now));
            else if (from == 0 && _partners[i] < last)
                list.Add(new GroupsDifference(i, GroupsFile.Layer, "the line " + now + " stood above " + Quoted(_before.Rows[last]) + " and stands below it now"));
        }

        for (var j = 0; from == 0 && j < _taken.Length; j++)
            if (!_taken[j])
                list.Add(new GroupsDifference(-1, GroupsFile.Section, "the section of the line " + Quoted(_before.Rows[j]) + " is gone"));
        return list;
    }

    private static int FirstDifference(string[] was, string[] now, int from, int to)
    {
        // What a file leaves to run time may be anything; a line that is cut short is damaged.
        var columns = Math.Min(to, Math.Max(GroupsFile.Declared, Math.Min(was.Length, now.Length)));
        for (var c = from; c < columns; c++)
            if (c >= was.Length || c >= now.Length || was[c] != now[c])
                return c;
        return -1;
    }

    private static bool Has(GroupsFile file, string section)
    {
        foreach (var row in file.Rows)
            if (row[0] == section)
                return true;
        return false;
    }

    private static string Quoted(string[] cells) => "\"" + GroupsFile.Line(cells) + "\"";

    private int Take(Func<int, bool> fits)
    {
        for (var j = 0; j < _taken.Length; j++)
        {
            if (_taken[j] || !fits(j)) continue;
            _taken[j] = true;
            return j;
        }

        return -1;
    }
}
