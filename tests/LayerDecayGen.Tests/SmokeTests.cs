namespace LayerDecayGen.Tests;

public sealed class SmokeTests
{
    [Test]
    public void TorchLoads() => Assert.That(TorchSharp.torch.zeros(2).sum().item<float>(), Is.Zero);
}
