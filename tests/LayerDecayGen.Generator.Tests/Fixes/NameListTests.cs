using LayerDecayGen.CodeFixes;
using LayerDecayGen.Generator.Analyzers;

namespace LayerDecayGen.Generator.Tests.Fixes;

public sealed class NameListTests
{
    [TestCase(0, "[LayerStack(\"down\")]")]
    [TestCase(1, "[LayerStack(\"up\")]")]
    public Task EachListIsOfferedAsAPathOfTheMember(int offer, string expected) =>
        Fixed("[{|LDG012:LayerStack|}] private readonly UNet unet = new();", $"{expected} private readonly UNet unet = new();", offer: offer);

    [Test]
    public Task WhatTheAttributeSaysBesideStays() => Fixed(
        "[Frozen, {|LDG012:LayerStack(BlocksPerLayer = 2)|}] private readonly UNet unet = new();",
        "[Frozen, LayerStack(\"down\", BlocksPerLayer = 2)] private readonly UNet unet = new();");

    [TestCase("\"unet\"")]
    [TestCase("nameof(Net.unet)")]
    public Task APathOfTheClassGoesOn(string path) => Fixed(
        "private readonly UNet unet = new();", "private readonly UNet unet = new();",
        $"[{{|LDG012:LayerStack({path}, Count = 4)|}}]", "[LayerStack(\"unet.down\", Count = 4)]");

    private static Task Fixed(string member, string expected, string onClass = "", string expectedOnClass = "", int offer = 0) =>
        Fix.OfAnalyzer<ModelAnalyzer, NameListFix>(Net(member, onClass), Net(expected, expectedOnClass), offer);

    private static string Net(string member, string onClass) => $$"""
        public class UNet() : Module<Tensor, Tensor>("UNet")
        {
            private readonly ModuleList<Linear> down = new();
            private readonly ModuleList<Linear> up = new();
            public override Tensor forward(Tensor x) => x;
        }

        [LayerDecay(0.75)]{{onClass}}
        public partial class Net : Module<Tensor, Tensor>
        {
            {{member}}
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
