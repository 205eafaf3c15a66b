using System.Text;
using LayerDecayGen.Interop;

namespace LayerDecayGen.Tests.Interop;

/// <summary>Foreign text gives a clear error, in time and memory proportional to its length.</summary>
public sealed class HostileConfigurationTests
{
    private const string Wanted = "custom_keys = ";
    private const int Many = 100_000;

    private static IEnumerable<TestCaseData> Texts()
    {
        foreach (var open in new[] { "[", "(", "{", "dict(", "dict(a=", "{'a':", "-(", "2**(", "dict(**" })
        {
            var close = open.Contains('[') ? "]" : open.Contains('{') ? "}" : ")";
            yield return new TestCaseData(Wanted + Repeat(open)).SetName($"NestedOpen {open}");
            yield return new TestCaseData(Wanted + Repeat(open) + Repeat(close)).SetName($"NestedClosed {open}");
        }

        yield return new TestCaseData(Repeat("{\"a\":")).SetName("NestedJson");
        yield return new TestCaseData("{" + Repeat("[")).SetName("NestedJsonLists");
        foreach (var text in new[] { "'a\\", "'\\x4", "'\\u12'", "'\\U99999999'", "'\\q'", "'''a", "b'a'", "f'{x}'", "1e999", "9" + new string('9', 400), "2**9999", "1/0", "1__0", "1j", "nan", "]", "{'a' 1}", "\0" })
            yield return new TestCaseData(Wanted + text).SetName($"Bad {Encoding.ASCII.GetByteCount(text)} {text.Length} {string.Concat(text.Take(8)).Replace('\0', '0')}");
        yield return new TestCaseData(Wanted + "2" + Repeat("**2")).SetName("Powers");
        yield return new TestCaseData("{\"a\": {\"lr_mult\": 1e999}}").SetName("HugeJsonNumber");
        yield return new TestCaseData("{\"\\ud800\": {\"lr_mult\": 1}}").SetName("HalfSurrogateKey");
        yield return new TestCaseData("{\"a\": {\"x\": \"\\ud800\"}}").SetName("HalfSurrogateText");
    }

    [TestCaseSource(nameof(Texts))]
    public void AClearErrorAndNothingElse(string text) =>
        Assert.That(() => MMEngineImport.Read(text), Throws.TypeOf<PlanException>().With.Message.Length.InRange(20, 600));

    // Copies of copies would double with every line.
    [Test]
    public void CopiesAreBounded()
    {
        var text = new StringBuilder("a0 = dict(" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"k{i}=1, ")) + ")\n");
        for (var i = 1; i < 2000; i++) text.Append($"a{i} = {{**a{i - 1}, 'x{i}': a{i - 1}}}\n");
        text.Append("custom_keys = {**a1999}\n");
        Assert.That(Allocated(text.ToString()), Is.LessThan(4000L * text.Length));
    }

    [TestCase(50_000, false)]
    [TestCase(50_000, true)]
    public void KeysCostTheirText(int count, bool isJson)
    {
        var keys = string.Join(", ", Enumerable.Range(0, count).Select(i => isJson ? $"\"k{i}\": {{\"lr_mult\": 1}}" : $"'k{i}': dict(lr_mult=1)"));
        var text = isJson ? $"{{{keys}}}" : $"custom_keys = {{{keys}}}";
        Assert.That(Allocated(text), Is.LessThan(500L * text.Length), "bytes allocated");
        Assert.That(MMEngineImport.Read(text).Paramwise!.CustomKeys, Has.Length.EqualTo(count));
    }

    [TestCase("'%'")]
    [TestCase("'''%'''")]
    [TestCase("'\\x41%'")]
    [TestCase("1 # %")]
    public void MegabytesOfTextCostTheirText(string form)
    {
        var text = $"x = {form.Replace("%", new string('a', 4_000_000))}\ncustom_keys = {{'a': dict(lr_mult=1)}}";
        Assert.That(Allocated(text), Is.LessThan(100L * text.Length), "bytes allocated");
    }

    // Each of many lines that cannot be read costs a line.
    [Test]
    public void UnreadableLinesCostTheirText()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"x{i} = call({i})\n")) + "custom_keys = {'a': dict(lr_mult=1)}";
        Assert.That(Allocated(text), Is.LessThan(1000L * text.Length), "bytes allocated");
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void NoTextThrowsAnythingElse(string? text, int seed)
    {
        string[] parts = ["dict(", ")", "{", "}", "[", "]", "'a'", "\"", "'", ",", ":", "=", "**", "*", "+", "-", "1", "1e", ".5", "_base_", "custom_keys", "\n", "\\", "#", "optim_wrapper = ", "x", " ", "\"\"\""];
        var random = new Random(seed);
        var mixed = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => parts[random.Next(parts.Length)])) + text;
        try
        {
            MMEngineImport.Read(mixed);
        }
        catch (PlanException e)
        {
            Assert.That(e.Message, Is.Not.Empty);
        }
    }

    private static string Repeat(string text) => string.Concat(Enumerable.Repeat(text, Many));

    private static long Allocated(string text)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            MMEngineImport.Read(text);
        }
        catch (PlanException e)
        {
            Assert.That(e.Message, Is.Not.Empty);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
