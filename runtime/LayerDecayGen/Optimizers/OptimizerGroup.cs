using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace LayerDecayGen;

/// <summary>A parameter group of one's own optimizer whose weight decay can be scheduled; TorchSharp's own groups need it not.</summary>
public interface IWeightDecay
{
    /// <summary>The weight decay in use from the next step on.</summary>
    double WeightDecay { get; set; }
}

/// <summary>Reads and writes what schedules drive in a group of any TorchSharp optimizer.</summary>
public static class OptimizerGroup
{
    /// <summary>Momentum, or beta1 of the Adam family; null where the optimizer has neither.</summary>
    /// <param name="group">One of the optimizer's groups.</param>
    public static double? Momentum(ILearningRateController group) => group switch
    {
        IMomentum g => g.Momentum,
        IBetas g => g.Betas.Item1,
        _ => null,
    };

    /// <summary>The weight decay; null where the optimizer has none.</summary>
    /// <param name="group">One of the optimizer's groups.</param>
    public static double? WeightDecay(ILearningRateController group) => group is IWeightDecay own
        ? own.WeightDecay
        : (group as ParamGroup)?.Options switch
        {
            AdamW.Options o => o.weight_decay,
            Adam.Options o => o.weight_decay,
            SGD.Options o => o.weight_decay,
            RMSProp.Options o => o.weight_decay,
            Adagrad.Options o => o.weight_decay,
            Adadelta.Options o => o.weight_decay,
            Adamax.Options o => o.weight_decay,
            NAdam.Options o => o.weight_decay,
            RAdam.Options o => o.weight_decay,
            ASGD.Options o => o.weight_decay,
            _ => null,
        };

    internal static void Write(ILearningRateController group, Hyperparameter target, double value)
    {
        if (target == Hyperparameter.LearningRate) group.LearningRate = value;
        else if (target == Hyperparameter.WeightDecay) WriteWeightDecay(group, value);
        else if (group is IMomentum momentum) momentum.Momentum = value;
        else if (group is IBetas betas) betas.Betas = (value, betas.Betas.Item2);
    }

    private static void WriteWeightDecay(ILearningRateController group, double value)
    {
        if (group is IWeightDecay own)
        {
            own.WeightDecay = value;
            return;
        }

        switch ((group as ParamGroup)?.Options)
        {
            case AdamW.Options o: o.weight_decay = value; break;
            case Adam.Options o: o.weight_decay = value; break;
            case SGD.Options o: o.weight_decay = value; break;
            case RMSProp.Options o: o.weight_decay = value; break;
            case Adagrad.Options o: o.weight_decay = value; break;
            case Adadelta.Options o: o.weight_decay = value; break;
            case Adamax.Options o: o.weight_decay = value; break;
            case NAdam.Options o: o.weight_decay = value; break;
            case RAdam.Options o: o.weight_decay = value; break;
            case ASGD.Options o: o.weight_decay = value; break;
        }
    }
}
