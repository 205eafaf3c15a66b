using System.Diagnostics;
using System.Globalization;
using LayerDecayGen.Benchmarks.Models;
using LayerDecayGen.Benchmarks.Report;
using static TorchSharp.torch;

namespace LayerDecayGen.Benchmarks.Optimizers;

/// <summary>
/// What a process holds at most while it steps, above what it held before there was a model. Each optimizer gets a process of its own, because what an
/// allocator keeps of one would serve the next.
/// </summary>
internal sealed class MemorySuite : ISuite
{
    private const string Status = "/proc/self/status";

    private static readonly string[] Measured = ["AdamW", "RMSprop", "RAdam", "Adadelta"];

    public string Name => "Memory";

    public IEnumerable<Row> Run()
    {
        if (!File.Exists(Status))
        {
            Console.Error.WriteLine("The peak of a step is read from /proc, which is not here.");
            yield break;
        }

        foreach (var optimizer in Measured)
        {
            var stock = InAProcess(optimizer, "stock");
            foreach (var how in (string[])["lists"])
            {
                var (peak, held) = InAProcess(optimizer, how);
                var what = $"peak of a {optimizer} step, ViT-S, {how}";
                yield return new Row(what, peak, "parameters + gradients + state", held, "MB") { Kind = BarKind.RatioAtMost, Bar = 1.05 };
                yield return new Row(what, peak, $"stock {optimizer}", stock.Peak, "MB") { Kind = BarKind.RatioAtMost, Bar = 1 };
            }
        }
    }

    private static (double Peak, double Held) InAProcess(string optimizer, string how)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(MemorySuite).Assembly.Location);
        foreach (var argument in (string[])["memory", optimizer, how]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var numbers = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"Measuring the memory of {optimizer} ({how}) ended with {process.ExitCode}.");
        return (double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    /// <summary>The child: prints, in MB, the peak and what parameters, gradients and state take.</summary>
    public static void Measure(string optimizer, string how, TextWriter output)
    {
        using var warm = new Tensors(4, 16);
        Steps(warm, optimizer, how);
        var before = Megabytes("VmRSS");
        using var model = new BenchmarkVit(VitScale.Small);
        foreach (var p in model.parameters()) p.grad = ones_like(p).detach();
        var state = Steps(model, optimizer, how);
        var held = 8e-6 * model.parameters().Sum(p => p.numel()) + state;
        output.Write(string.Create(CultureInfo.InvariantCulture, $"{Megabytes("VmHWM") - before} {held}"));
    }

    // The first step makes state; the peak is of those after it. The result is what the state takes, in MB.
    private static double Steps(nn.Module model, string name, string how)
    {
        foreach (var p in model.parameters()) p.grad ??= ones_like(p).detach();
        var groups = new ParameterGroups(model, new OneGroup(28));
        var (_, ours, stock) = StockOptimizers.All.Single(o => o.Name == name);
        using var optimizer = how switch
        {
            "stock" => stock(groups),
            _ => ours(groups),
        };
        optimizer.step();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        File.WriteAllText("/proc/self/clear_refs", "5");
        optimizer.step();
        optimizer.step();
        return 1e-6 * optimizer.state_dict().State
            .SelectMany(s => s.GetType().GetFields().Select(f => f.GetValue(s)).OfType<Tensor>()).Sum(t => t.numel() * t.element_size());
    }

    private static double Megabytes(string field)
    {
        var line = File.ReadLines(Status).First(l => l.StartsWith(field, StringComparison.Ordinal));
        return 1.024e-3 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
