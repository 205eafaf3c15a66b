using System.Diagnostics;
using LayerDecayGen.Training;

namespace LayerDecayGen.Tests.Checkpoints;

/// <summary>A process that is killed while it saves leaves a whole file, from which training goes on to the last bit.</summary>
public sealed class KillTests
{
    [Test]
    public void AKilledTrainingGoesOn() => Killed(rounds: 5);

    [Test, Category("Long")]
    public void ManyKilledTrainingsGoOn() => Killed(rounds: 200);

    private static void Killed(int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("ldg").FullName;
        try
        {
            var (path, straight, random, killed) = (Path.Combine(folder, "run.safetensors"), StatesByIteration(), new Random(11), 0);
            for (var round = 0; round < rounds; round++)
            {
                killed += KillOne(path, random) ? 1 : 0;
                var state = File.ReadAllBytes(path);
                using var rig = new TrainingRig(seed: 3);
                rig.Checkpoint.Load(path);
                Assert.That(state, Is.EqualTo(straight[rig.Step.Iterations]), $"round {round}, iteration {rig.Step.Iterations}");
                if (rig.Step.Iterations < TrainingRig.Iterations - 4) continue;
                rig.Train((int)(TrainingRig.Iterations - rig.Step.Iterations));
                Assert.That(rig.State(), Is.EqualTo(straight[TrainingRig.Iterations]));
                rig.Checkpoint.Save(path);
                Assert.That(Directory.GetFileSystemEntries(folder), Is.EqualTo(new[] { path }), "litter");
                File.Delete(path);
            }

            Assert.That(killed, Is.GreaterThan(rounds / 2), "processes killed while they trained");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Dictionary<long, byte[]> StatesByIteration()
    {
        using var rig = new TrainingRig();
        var states = new Dictionary<long, byte[]>();
        for (var i = 0; i < TrainingRig.Iterations; i++)
        {
            rig.Train(1);
            states[rig.Step.Iterations] = rig.State();
        }

        return states;
    }

    /// <summary>Starts a training, waits for its first save, and kills it a moment later. False where it ended by itself.</summary>
    private static bool KillOne(string path, Random random)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(typeof(KillTests).Assembly.Location);
        start.ArgumentList.Add("train-until-killed");
        start.ArgumentList.Add(path);
        using var child = Process.Start(start)!;
        child.StandardOutput.ReadLine();
        Thread.Sleep(random.Next(30));
        var ended = child.HasExited;
        child.Kill();
        child.WaitForExit();
        return !ended;
    }
}
