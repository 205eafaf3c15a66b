using LayerDecayGen;

namespace ModelZoo;

/// <summary>Three stacks in sequence: down, through the middle, and up again.</summary>
[LayerDecay(0.95)]
[Layer(0, "time_embed")]
[LayerStack("input_blocks", Order = 1), LayerStack("middle_block", Order = 2), LayerStack("output_blocks", Order = 3)]
[LastLayer("out")]
public sealed partial class SequentialUNet(UNetSize size) : DiffusionUNet(nameof(SequentialUNet), size);

/// <summary>The two arms in parallel, block by block, and the middle after both.</summary>
[LayerDecay(0.9)]
[Layer(0, "time_embed")]
[LayerStack("input_blocks", Order = 1), LayerStack("output_blocks", Order = 1), LayerStack("middle_block", Order = 2)]
[LastLayer("out")]
public sealed partial class ParallelUNet(UNetSize size) : DiffusionUNet(nameof(ParallelUNet), size);
