namespace LayerDecayGen;

/// <summary>Runs <see cref="ScheduleChecks"/> over schedules that have not started: their windows first, then every value of the
/// run.</summary>
internal sealed class ScheduleCheck(ScheduleProgram program, ScheduleChecks checks)
{
    // A change below this share of the base value is no jump, whatever its factor: a cosine ends in large factors of almost nothing.
    private const double LeastJump = 0.01;

    // Values follow from one another, so they are looked at in order; a run of any length is made in milliseconds all the same.
    private const long MostUpdates = 50_000;

    public void Run()
    {
        foreach (var schedule in program.Schedules) CheckEnd(schedule);
        foreach (var target in Enum.GetValues<Hyperparameter>())
        {
            BoundSchedule[] schedules = [.. program.Schedules.Where(s => s.Target == target)];
            if (checks.NoGaps) CheckGaps(target, schedules);
        }

        if (checks.ValidValues || checks.JumpFactor is not null || checks.ReachesBase) CheckValues();
    }

    public IEnumerable<string> Warnings()
    {
        if (program.Run.Length.Count > MostUpdates)
            yield return FormattableString.Invariant($"Values were checked for the first {MostUpdates} of {program.Run.Length.Count} updates, not for jumps or bad values after them.");
        foreach (var schedule in program.Schedules)
        {
            if (schedule.Schedule.Warning is { } warning) yield return warning;
            if (schedule.Target == Hyperparameter.LearningRate && schedule.Rule.Levels.Any(l => l.IgnoresScale) && HasScales())
            {
                yield return $"{schedule.Name} states an absolute learning rate for groups of different rates, which lifts the small ones; "
                    + "Level.Scaled and Level.Ratio keep lr scales.";
            }
        }

        foreach (var (first, next) in BehindOneCycle())
        {
            yield return $"{first.Name} comes before {next.Name}: mmengine's OneCycleLR makes eta_max / div_factor the base value of every "
                + $"schedule after it; here {next.Name} starts from the groups' own base values.";
        }
    }

    private IEnumerable<(BoundSchedule First, BoundSchedule Next)> BehindOneCycle() =>
        from first in program.Schedules.Select((s, i) => (Schedule: s, Index: i))
        where first.Schedule.Schedule.Kind == nameof(Schedule.OneCycle)
        let next = program.Schedules.Skip(first.Index + 1).FirstOrDefault(s => s.Target == first.Schedule.Target)
        where next is not null
        select (first.Schedule, next);

    private bool HasScales() => program.Groups.Select(g => g.LearningRate).Distinct().Skip(1).Any();

    private void CheckEnd(BoundSchedule schedule)
    {
        var window = schedule.Window;
        var unit = schedule.EveryEpoch ? "epoch" : "update";
        if (checks.ReachesBase && schedule.Schedule.IsWarmup && window.StopStep >= window.RunEnd)
            throw Failure(
                $"The warm-up {schedule.Name} ends at {unit} {window.StopStep} and the run at {window.RunEnd}: "
                + "make it shorter than the run.");
        if (checks.EndsInRun && schedule.Schedule.To is not null && window.StopStep > window.RunEnd)
            throw Failure(
                $"{schedule.Name} ends at {unit} {window.StopStep}, but the run at {window.RunEnd}: "
                + "it never gets where it was told to end.");
    }

    private static void CheckGaps(Hyperparameter target, BoundSchedule[] schedules)
    {
        BoundSchedule? last = null;
        foreach (var schedule in schedules.OrderBy(s => s.FirstUpdate))
        {
            if (last is not null && schedule.FirstUpdate > last.StopUpdate)
            {
                throw Failure(
                    $"No schedule drives the {Track.Name(target)} from update {last.StopUpdate}, where {last.Name} ends, to update "
                    + $"{schedule.FirstUpdate}, where {schedule.Name} begins: fill the gap, with Hold if the value should stay.");
            }

            if (last is null || schedule.StopUpdate > last.StopUpdate) last = schedule;
        }
    }

    private void CheckValues()
    {
        var ahead = program.Over(program.Groups, 0);
        TrackCheck[] tracks =
        [
            .. Enum.GetValues<Hyperparameter>().Where(t => ahead[t] is not null)
                .Select(t => new TrackCheck(ahead[t]!, program.Groups, [.. program.Schedules.Where(s => s.Target == t)], checks)),
        ];
        while (true)
        {
            foreach (var track in tracks) track.Check(ahead.Update);
            if (ahead.Update == Math.Min(program.Run.Length.Count, MostUpdates) - 1) break;
            ahead.Advance();
        }

        if (program.Run.Length.Count > MostUpdates) return;
        foreach (var track in tracks) track.CheckBase();
    }

    private static ArgumentException Failure(string message) => new(message, "schedules");

    /// <summary>The values of one hyper-parameter, an update at a time.</summary>
    private sealed class TrackCheck(Track track, IReadOnlyList<ScheduledGroup> groups, BoundSchedule[] schedules, ScheduleChecks checks)
    {
        private readonly double[] _before = track.Values.ToArray();
        private readonly double[] _largest = track.Values.ToArray();

        public void Check(long update)
        {
            var values = track.Values;
            var meets = update > 0 && checks.JumpFactor is not null && MayJump(update);
            for (var g = 0; g < values.Length; g++)
            {
                if (checks.ValidValues && !(values[g] >= 0 && double.IsFinite(values[g])))
                    throw Failure($"{Change(update, g)}; it has to be finite and at least 0.");
                if (meets && IsJump(_before[g], values[g], track.Bases[g])) throw Jump(update, g);
                _largest[g] = Math.Max(_largest[g], values[g]);
            }

            values.CopyTo(_before);
        }

        public void CheckBase()
        {
            if (!checks.ReachesBase || !schedules.Any(s => s.Schedule.WarmsUp && IsAlone(s))) return;
            for (var g = 0; g < _largest.Length; g++)
            {
                if (_largest[g] >= track.Bases[g] * (1 - 1e-6)) continue;
                throw Failure(
                    FormattableString.Invariant($"The {Track.Name(track.Target)} of group '{groups[g].Name}' never reaches its base value ")
                    + FormattableString.Invariant($"{track.Bases[g]}: its largest is {_largest[g]}, and {_before[g]} at the last update."));
            }
        }

        // A factor of two schedules at once need not reach the base value, and is not meant to.
        private bool IsAlone(BoundSchedule warmup) => schedules.All(s =>
            s == warmup || s.FirstUpdate >= warmup.StopUpdate || s.StopUpdate <= warmup.FirstUpdate);

        // Schedules meet where a window begins or ends; of a foreign function nothing is known anywhere.
        private bool MayJump(long update)
        {
            var (meets, allowed) = (false, false);
            foreach (var schedule in schedules)
            {
                var touches = schedule.FirstUpdate <= update && update <= schedule.StopUpdate;
                if (touches) allowed |= schedule.Schedule.AllowJumps || schedule.Rule.Jumps;
                meets |= touches && (schedule.Rule.IsForeign || update == schedule.FirstUpdate || update == schedule.StopUpdate);
            }

            return meets && !allowed;
        }

        private bool IsJump(double before, double now, double value) =>
            Math.Abs(now - before) > LeastJump * value && Math.Max(now, before) > checks.JumpFactor * Math.Min(now, before);

        private ArgumentException Jump(long update, int g) => Failure(
            FormattableString.Invariant($"{Change(update, g)}, a jump by more than the factor {checks.JumpFactor} allowed: ")
            + "let schedules meet at one value, or set AllowJumps.");

        private string Change(long update, int g) => FormattableString.Invariant(
            $"At update {update} the {Track.Name(track.Target)} of group '{groups[g].Name}' goes from {_before[g]} to {track.Values[g]}");
    }
}
