namespace LayerDecayGen.Layout;

/// <summary>
/// Which children of one stack own parameters in a live model, and where each of them stands among the layers of the stack.
/// </summary>
internal sealed class StackChildren
{
    private readonly List<List<bool>> _stages = [];
    private int[][] _ranks = [];
    private bool _hasStages;

    /// <summary>The number of children that are counted.</summary>
    public int Children { get; private set; }

    /// <summary>Notes a child; stage -1 in a one-level stack, index -1 for what a stage owns beside its inner stack.</summary>
    public void Add(int stage, int index)
    {
        _hasStages |= stage >= 0;
        var at = Math.Max(stage, 0);
        while (_stages.Count <= at) _stages.Add([]);
        var seen = _stages[at];
        while (seen.Count <= index) seen.Add(false);
        if (index >= 0) seen[index] = true;
    }

    /// <summary>
    /// Ranks the children that own parameters, through all stages. A child that exists and owns none, such as an activation in a
    /// <c>Sequential</c>, is no layer.
    /// </summary>
    /// <param name="isChild">Whether the live model has a child at (stage, index).</param>
    /// <param name="countEmpty">Whether a child that owns none is counted all the same, up to the last one.</param>
    /// <returns>Children between the first and the last that the live model does not have: gaps.</returns>
    public IEnumerable<(int Stage, int Index)> Rank(Func<int, int, bool> isChild, bool countEmpty)
    {
        var gaps = new List<(int, int)>();
        _ranks = new int[_stages.Count][];
        for (var stage = 0; stage < _stages.Count; stage++)
        {
            var seen = _stages[stage];
            while (countEmpty && isChild(stage, seen.Count)) seen.Add(false);
            _ranks[stage] = new int[seen.Count];
            for (var index = 0; index < seen.Count; index++)
            {
                if (!seen[index] && !isChild(stage, index)) gaps.Add((stage, index));
                _ranks[stage][index] = seen[index] || countEmpty ? Children++ : -1;
            }
        }

        return gaps;
    }

    /// <summary>The children that own parameters; stage -1 in a one-level stack is kept.</summary>
    public IEnumerable<(int Stage, int Index)> Present()
    {
        for (var stage = 0; stage < _stages.Count; stage++)
            for (var index = 0; index < _stages[stage].Count; index++)
                if (_stages[stage][index])
                    yield return (_hasStages ? stage : -1, index);
    }

    /// <summary>The index itself, or that of the stage's last child for what the stage owns beside its blocks.</summary>
    public int IndexOrLast(int stage, int index) =>
        index >= 0 ? index : Math.Max(0, _stages[Math.Max(stage, 0)].LastIndexOf(true));

    /// <summary>
    /// The rank of a child among the children that own parameters; what a stage owns beside its blocks goes with its last block.
    /// </summary>
    public int RankOf(int stage, int index)
    {
        var ranks = _ranks[Math.Max(stage, 0)];
        if (index >= 0) return ranks[index];
        for (var at = Math.Max(stage, 0); at >= 0; at--)
            for (var i = _ranks[at].Length - 1; i >= 0; i--)
                if (_ranks[at][i] >= 0)
                    return _ranks[at][i];
        return 0;
    }
}
