using LayerDecayGen.Generator.Tests.Support;
using LayerDecayGen.Review;

namespace LayerDecayGen.Generator.Tests.Review;

/// <summary>What a groups file says, and that reading it back loses formatting only.</summary>
public sealed class GroupsFileTests
{
    [Test]
    public void EverySectionHasALineAsItStandsInTheClass() => Says(
        """
        [LayerDecay(0.5), WeightDecay(0.1, "head")]
        abstract partial class Net() : Module<Tensor, Tensor>("")
        {
            [LastLayer, LearningRateScale(2)] Linear head = null!;
            [Layer(0), NoWeightDecay, Frozen] Parameter pos_embed = null!;
            [LayerStack(BlocksPerLayer = 2)] ModuleList<Block> blocks = null!;
            [PreviousLayer] LayerNorm norm = null!;
            [NextLayer] Linear neck = null!;
            [LayerStack(LayerOf = nameof(Depth))] ModuleList<Linear> tail = null!;
            static int Depth(int index) => index;
        }
        abstract class Block() : Module<Tensor, Tensor>("") { [NoWeightDecay, LearningRateScale(0.5)] Parameter gamma = null!; [Frozen] Linear fc = null!; }
        """,
        """
        # Net

        Layer decay 0.5 from layer to layer.

        | section | layer | names | weight decay | lr factor | frozen |
        | --- | --- | --- | --- | --- | --- |
        | Head | last | `head` | 0.1 | 2 | |
        | PosEmbed | 0 | `pos_embed` | none | | yes |
        | Blocks | each 2 children | `blocks.{i}` | `blocks.{i}.gamma` none | `blocks.{i}.gamma` 0.5 | `blocks.{i}.fc` yes |
        | Norm | previous | `norm` | | | |
        | Neck | next | `neck` | | | |
        | Tail | by Depth(index) | `tail.{i}` | | | |

        """);

    // 0.5^3 = 0.125 for layer 0 of 4, 0.25 and 0.5 for the blocks, 1 on top.
    [Test]
    public void AConstantDepthGivesNumbersAndScales() => Says(
        """
        [LayerDecay(0.5)]
        abstract partial class Net() : Module<Tensor, Tensor>("")
        {
            [Layer(0)] Linear stem = null!;
            [LayerStack(Count = 2)] ModuleList<Linear> blocks = null!;
            [LastLayer] Linear head = null!;
        }
        """,
        """
        # Net

        Layer decay 0.5 from layer to layer.

        | section | layer | names | weight decay | lr factor | frozen | number | lr scale |
        | --- | --- | --- | --- | --- | --- | --- | --- |
        | Stem | 0 | `stem` | | | | 0 | 0.125 |
        | Blocks | each of 2 children | `blocks.{i}` | | | | 1 to 2 | 0.25 to 0.5 |
        | Head | last | `head` | | | | 3 | 1 |

        """);

    [Test]
    public void OrderIsShownWhereItIsNotThatOfTheText() => Says(
        """
        [LayerDecay]
        abstract partial class Net() : Module<Tensor, Tensor>("")
        {
            [LayerStack(Order = 0)] ModuleList<Linear> left = null!;
            [LayerStack(Order = 0, CountEmpty = true)] ModuleList<Linear> right = null!;
        }
        """,
        """
        # Net

        Layer decay is given at run time.

        | section | layer | names | weight decay | lr factor | frozen |
        | --- | --- | --- | --- | --- | --- |
        | Left | each child | `left.{i}` | | | |
        | Right | each child, empty ones too, order 0 | `right.{i}` | | | |

        """);

    [FsCheck.NUnit.Property]
    public bool WhatIsReadIsWhatWasWritten(char[] letters, byte columns)
    {
        var cell = new string([.. letters.Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c))]).TrimEnd('\\');
        string[] row = ["Head", .. Enumerable.Repeat(cell, 5 + (columns % 3))];
        var read = GroupsFile.Parse(new GroupsFile("Net", GroupsFile.RuleOf("0.5"), [row, row]).ToString());
        return read.Title == "Net" && read.Rule == GroupsFile.RuleOf("0.5") && read.Rows.Count == 2 && read.Rows.All(r => r.SequenceEqual(row));
    }

    private static void Says(string source, string file) => Assert.That(Compiler.Generate(source).Layout("Net").GroupsFile, Is.EqualTo(file));
}
