using LayerDecayGen;
using ModelZoo.External;

namespace ModelZoo;

/// <summary>
/// Layer decay for a model of another assembly, described from outside: <c>resnet.GetParameterGroups(options)</c> is an extension method.
/// Every block is a layer, through all four stages, as in timm.
/// </summary>
[LayerDecay(0.7, For = typeof(ResNet))]
[Layer(0, "conv1"), Layer(0, "bn1")]
[LayerStack("layer1"), LayerStack("layer2"), LayerStack("layer3"), LayerStack("layer4")]
[LastLayer("fc")]
public static partial class ResNetGroups;
