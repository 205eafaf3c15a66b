using System.Diagnostics;
using LayerDecayGen.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Checkpoints;

/// <summary>A full disk, many saves in one process, and readers beside a writer.</summary>
public sealed class DiskTests
{
    [Test, Platform("Linux")]
    public void AFullDiskLeavesTheOldFileAndNoLitter()
    {
        var folder = Directory.CreateTempSubdirectory("ldg").FullName;
        if (!Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)) Assert.Ignore("This test mounts a small tmpfs, which is not allowed here.");
        try
        {
            var path = Path.Combine(folder, "run.safetensors");
            using var rig = new TrainingRig();
            rig.Checkpoint.Save(path);
            var before = File.ReadAllBytes(path);
            using var large = nn.Linear(200, 200);
            Assert.That(() => new Checkpoint(large).Save(path), Throws.TypeOf<IOException>());
            Assert.That((File.ReadAllBytes(path).SequenceEqual(before), Directory.GetFiles(folder).Length), Is.EqualTo((true, 1)));
        }
        finally
        {
            Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    [Test]
    public void ManySavesAndLoadsHoldNothing() => Soak(updates: 40, saves: 20);

    [Test, Category("Long")]
    public void ALongSoakHoldsNothing() => Soak(updates: 2000, saves: 400);

    private static void Soak(int updates, int saves)
    {
        var folder = Directory.CreateTempSubdirectory("ldg").FullName;
        try
        {
            using var model = new RigModel();
            using var optimizer = model.GetParameterGroups(new() { WeightDecay = 0 }).CreateAdamW(1e-3);
            using var average = new WeightAverage(model);
            var step = new TrainingStep(model, optimizer, new() { Average = average, Logger = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance });
            var checkpoint = new Checkpoint(step);
            var (path, handles, tensors) = (Path.Combine(folder, "run"), 0, 0L);
            for (var i = 0; i < updates; i++)
            {
                step.Run(() => model.call(randn(4, 4)).square().sum());
                if (i % (updates / saves) != 0) continue;
                checkpoint.Save(path);
                checkpoint.Load(path);
                if (i == 2 * (updates / saves)) (handles, tensors) = Held();
            }

            var (handlesNow, tensorsNow) = Held();
            Assert.That(tensorsNow, Is.EqualTo(tensors));
            // The test host opens and closes a few of its own; one kept per save would be far more.
            Assert.That(handlesNow, Is.LessThan(handles + saves / 2));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (int Handles, long Tensors) Held()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return (OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0, Tensor.TotalCount);
    }
}
