using Microsoft.Extensions.Logging.Abstractions;
using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Checkpoints;

/// <summary>A model with a stem, blocks with dropout, a norm with buffers, a mask that is not contiguous, and a head.</summary>
[LayerDecay(0.5)]
public sealed partial class RigModel : Module<Tensor, Tensor>
{
    [Layer(0)] private readonly Linear stem;
    [LayerStack] private readonly ModuleList<Sequential> blocks;
    [LastLayer] private readonly Linear head;
    private readonly Tensor mask = ones(3, 4).t();

    public RigModel(int depth = 2, int classes = 3) : base(nameof(RigModel))
    {
        stem = Linear(4, 4);
        blocks = ModuleList([.. Enumerable.Range(0, depth).Select(_ => Sequential(("fc", Linear(4, 4)), ("bn", BatchNorm1d(4)), ("drop", Dropout(0.2))))]);
        head = Linear(4, classes);
        RegisterComponents();
    }

    public Linear Head => head;

    public override Tensor forward(Tensor x)
    {
        x = stem.call(x) * mask.sum(1);
        foreach (var block in blocks) x = block.call(x);
        return head.call(x);
    }
}

/// <summary>A whole training with everything on: accumulation, schedules with a plateau, an average, a loss scale, thawing and a data order.</summary>
internal sealed class TrainingRig : IDisposable
{
    public const int Iterations = 24;
    private const int Accumulated = 3;
    private static readonly Tensor s_data = MakeData();

    public TrainingRig(int seed = 1, Func<ParameterGroups, optim.Optimizer>? optimizer = null, RigModel? model = null, double weightDecay = 0.05)
    {
        manual_seed(seed);
        Model = model ?? new RigModel();
        Groups = Model.GetParameterGroups(new() { WeightDecay = weightDecay });
        Optimizer = optimizer?.Invoke(Groups) ?? Groups.CreateAdamW(0.05, amsgrad: true);
        var run = new TrainingRun((Iterations / Accumulated).Updates(), accumulation: Accumulated);
        Schedules = new ScheduleSet(
            Optimizer, run, Schedule.Cosine(0.Updates(), run.Length),
            Schedule.Plateau(new PlateauOptions { Factor = 0.5, Patience = 1 }, 0.Updates()));
        Average = new WeightAverage(Model, 0.9);
        Scale = new LossScale(1024, interval: 2);
        Step = new TrainingStep(Model, Optimizer, new()
        {
            Clipping = Clipping.ByNorm(1),
            Schedules = Schedules,
            Average = Average,
            LossScale = Scale,
            Freezing = new FreezePlan(Groups, run).FreezeBelow(1, 3.Updates()),
            Logger = NullLogger.Instance,
        });
        Order = new DataOrder(10, seed: 7);
        Checkpoint = new Checkpoint(Step) { Parts = [Order] };
    }

    public RigModel Model { get; }

    public RigModel.Groups Groups { get; }

    public optim.Optimizer Optimizer { get; }

    public ScheduleSet Schedules { get; }

    public WeightAverage Average { get; }

    public LossScale Scale { get; }

    public TrainingStep Step { get; }

    public DataOrder Order { get; }

    public Checkpoint Checkpoint { get; }

    private static Tensor MakeData()
    {
        using var generator = new Generator(3, CPU);
        return randn(10, 4, generator: generator).DetachFromDisposeScope();
    }

    /// <summary>Trains, and gives the losses.</summary>
    public List<float> Train(int iterations)
    {
        var losses = new List<float>();
        for (var i = 0; i < iterations; i++)
        {
            using var scope = NewDisposeScope();
            var batch = tensor(Order.NextBatch(4).Select(n => (long)n).ToArray());
            if (batch.numel() < 2) batch = cat([batch, batch], 0);
            var loss = functional.cross_entropy(Model.call(s_data[batch]), batch % 3);
            losses.Add(loss.item<float>());
            if (Step.Run(loss).Updated) Schedules.Report(losses[^1]);
        }

        return losses;
    }

    /// <summary>The state of all parts as one file's bytes.</summary>
    public byte[] State()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            Checkpoint.Save(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void Dispose()
    {
        Average.Dispose();
        Optimizer.Dispose();
        Model.Dispose();
    }
}
