namespace LayerDecayGen;

/// <summary>
/// Runs <see cref="ScheduleChecks"/> over schedules that have not started: their windows first, then the values at every update of a short
/// run, or at the places of a long one where something can change.
/// </summary>
internal sealed class ScheduleCheck(ScheduleProgram program, ScheduleChecks checks)
{
    // A change below this share of the base value is no jump, whatever its factor: a cosine ends in large factors of almost nothing.
    private const double LeastJump = 0.01;

    // Runs up to here are looked at whole; so is the begin of a function of the user's, of which nothing is known.
    private const long ShortRun = 1000;

    // In longer ones, evenly spread updates are looked at beside those where something changes.
    private const int Samples = 256;

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
        foreach (var schedule in program.Schedules)
        {
            if (schedule.Schedule.Warning is { } warning) yield return warning;
            if (schedule.Target == Hyperparameter.LearningRate && schedule.Curve.Levels.Any(l => l.IgnoresScale) && HasScales())
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
                + "it is cut off there.");
    }

    private static void CheckGaps(Hyperparameter target, BoundSchedule[] schedules)
    {
        BoundSchedule? last = null;
        foreach (var schedule in schedules.OrderBy(s => s.FirstUpdate))
        {
            if (last is not null && schedule.FirstUpdate > last.StopUpdate)
            {
                throw Failure(
                    $"No schedule drives the {HyperparameterValues.Name(target)} from update {last.StopUpdate}, where {last.Name} ends, to update "
                    + $"{schedule.FirstUpdate}, where {schedule.Name} begins: fill the gap, with Hold if the value should stay.");
            }

            if (last is null || schedule.StopUpdate > last.StopUpdate) last = schedule;
        }
    }

    private void CheckValues()
    {
        // Where schedules interact, a long run is looked at in strides: its values are then nearly right, which is enough here.
        var ahead = new ScheduleProgram(program.Run, program.Groups, program.Sources, Math.Max(1, program.Run.Length.Count / 4096));
        ValuesCheck[] all = [.. Enum.GetValues<Hyperparameter>().Where(t => ahead[t] is not null)
            .Select(t => new ValuesCheck(ahead[t]!, program.Groups, checks))];
        foreach (var update in Places())
        {
            if (ahead.Update < update - 1) ahead.GoTo(update - 1);
            foreach (var values in all) values.Before();
            if (ahead.Update < update) ahead.GoTo(update);
            foreach (var values in all) values.Check(update);
        }

        foreach (var values in all) values.CheckBase();
    }

    private IEnumerable<long> Places()
    {
        var length = program.Run.Length.Count;
        if (length <= ShortRun) return Range(0, length);
        var evenly = Enumerable.Range(0, Samples).Select(i => (long)((double)i / (Samples - 1) * (length - 1)));
        return evenly.Concat(program.Schedules.SelectMany(PlacesOf)).Where(u => u >= 0 && u < length).Distinct().Order();
    }

    private static IEnumerable<long> PlacesOf(BoundSchedule schedule)
    {
        var (first, stop) = (schedule.FirstUpdate, schedule.StopUpdate);
        var turns = schedule.Curve.Turns.Where(double.IsFinite).Select(t => schedule.Window.FirstStep - schedule.Schedule.StepsTaken + (long)t)
            .SelectMany(t => new[] { schedule.Window.UpdateOf(Math.Max(0, t)), schedule.Window.UpdateOf(Math.Max(0, t + 1)) });
        var begin = schedule.Curve.IsForeign ? Range(first, Math.Min(stop, first + ShortRun)) : [first];
        return begin.Concat([first + 1, stop - 1, stop]).Concat(turns);
    }

    private static IEnumerable<long> Range(long from, long to)
    {
        for (var i = from; i < to; i++) yield return i;
    }

    private static ArgumentException Failure(string message) => new(message, "schedules");

    /// <summary>The values of one hyper-parameter, an update at a time.</summary>
    private sealed class ValuesCheck(HyperparameterValues all, IReadOnlyList<ScheduledGroup> groups, ScheduleChecks checks)
    {
        private readonly IReadOnlyList<BoundSchedule> _schedules = all.Schedules;
        private readonly double[] _before = all.Values.ToArray();
        private readonly double[] _largest = all.Values.ToArray();

        public void Before() => all.Values.CopyTo(_before);

        public void Check(long update)
        {
            var values = all.Values;
            var meets = update > 0 && checks.JumpFactor is not null && MayJump(update);
            for (var g = 0; g < values.Length; g++)
            {
                if (checks.ValidValues && !(values[g] >= 0 && double.IsFinite(values[g])))
                    throw Failure($"{Change(update, g)}; it has to be finite and at least 0.");
                if (meets && IsJump(_before[g], values[g], all.Bases[g])) throw Jump(update, g);
                _largest[g] = Math.Max(_largest[g], values[g]);
            }
        }

        public void CheckBase()
        {
            if (!checks.ReachesBase || !_schedules.Any(s => s.Schedule.WarmsUp && IsAlone(s))) return;
            for (var g = 0; g < _largest.Length; g++)
            {
                if (_largest[g] >= all.Bases[g] * (1 - 1e-6)) continue;
                throw Failure(
                    FormattableString.Invariant($"The {HyperparameterValues.Name(all.Target)} of group '{groups[g].Name}' never reaches its base value ")
                    + FormattableString.Invariant($"{all.Bases[g]}: its largest is {_largest[g]}, and {all.Values[g]} at the last update."));
            }
        }

        // A factor of two schedules at once need not reach the base value, and is not meant to.
        private bool IsAlone(BoundSchedule warmup) => _schedules.All(s =>
            s == warmup || s.FirstUpdate >= warmup.StopUpdate || s.StopUpdate <= warmup.FirstUpdate);

        // Schedules meet where a window begins or ends; of a foreign function nothing is known anywhere.
        private bool MayJump(long update)
        {
            var (meets, allowed) = (false, false);
            foreach (var schedule in _schedules)
            {
                var touches = schedule.FirstUpdate <= update && update <= schedule.StopUpdate;
                if (touches) allowed |= schedule.Schedule.AllowJumps || schedule.Curve.Jumps;
                meets |= touches && (schedule.Curve.IsForeign || update == schedule.FirstUpdate || update == schedule.StopUpdate);
            }

            return meets && !allowed;
        }

        private bool IsJump(double before, double now, double value) =>
            Math.Abs(now - before) > LeastJump * value && Math.Max(now, before) > checks.JumpFactor * Math.Min(now, before);

        private ArgumentException Jump(long update, int g) => Failure(
            FormattableString.Invariant($"{Change(update, g)}, a jump by more than the factor {checks.JumpFactor} allowed: ")
            + "let schedules meet at one value, or set AllowJumps.");

        private string Change(long update, int g) => FormattableString.Invariant(
            $"At update {update} the {HyperparameterValues.Name(all.Target)} of group '{groups[g].Name}' goes from {_before[g]} to {all.Values[g]}");
    }
}
