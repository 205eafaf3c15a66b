namespace LayerDecayGen.Tests.Checkpoints;

/// <summary>
/// The child process of <see cref="KillTests"/>: resumes from a file, then trains and saves after every iteration until it is killed. This is the
/// entry point of the assembly; test runners do not call it.
/// </summary>
internal static class KilledTraining
{
    public static int Main(string[] arguments)
    {
        if (arguments is not ["train-until-killed", var path])
        {
            Console.Error.WriteLine("Run the tests with: dotnet test");
            return 2;
        }

        using var rig = new TrainingRig();
        if (File.Exists(path)) rig.Checkpoint.Load(path);
        while (rig.Step.Iterations < TrainingRig.Iterations)
        {
            rig.Train(1);
            rig.Checkpoint.Save(path);
            Console.WriteLine(rig.Step.Iterations);
        }

        return 0;
    }
}
