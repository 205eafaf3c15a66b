using System.CommandLine;
using LayerDecayGen.Benchmarks.Generators;
using LayerDecayGen.Benchmarks.Groups;
using LayerDecayGen.Benchmarks.Optimizers;
using LayerDecayGen.Benchmarks.Report;
using LayerDecayGen.Benchmarks.Schedules;
using LayerDecayGen.Benchmarks.Training;

// The suites in the order of the report.
ISuite[] suites = [new GroupBuildingSuite(), new AdamWSuite(), new EveryOptimizerSuite(), new GroupingSuite(), new FineTuningSuite(), new MemorySuite(), new GrowthSuite(), new ScheduleSuite(), new TrainingSuite(), new CheckpointSuite(), new GeneratorSuite()];

var json = new Option<string?>("--json") { Description = "also write the rows to this file" };
var only = new Option<string?>("--only") { Description = "run only the suites whose name contains this text" };
var report = new Command("report", "Measures everything and prints a Markdown table: what, ours, the other side, ratio, bar, met or not.") { json, only };
report.SetAction(parsed =>
{
    var chosen = suites.Where(s => parsed.GetValue(only) is not { } text || s.Name.Contains(text, StringComparison.OrdinalIgnoreCase)).ToArray();
    if (chosen.Length == 0)
    {
        Console.Error.WriteLine($"--only {parsed.GetValue(only)}: no suite of that name; there are {string.Join(", ", suites.Select(s => $"'{s.Name}'"))}");
        return 2;
    }

    ReportWriter.Run(chosen, Console.Out, parsed.GetValue(json));
    return 0;
});

var optimizerName = new Argument<string>("optimizer");
var how = new Argument<string>("how");
var memory = new Command("memory", "Prints what a process holds at most while it steps: what the report runs for each of its rows.") { optimizerName, how };
memory.SetAction(parsed => MemorySuite.Measure(parsed.GetValue(optimizerName)!, parsed.GetValue(how)!, Console.Out));

var arguments = new RootCommand("Benchmarks of LayerDecayGen.") { report, memory }.Parse(args);
if (arguments.Errors.Count == 0) return arguments.Invoke();
Console.Error.WriteLine(arguments.Errors[0].Message);
return 2;
