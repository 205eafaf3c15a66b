using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using LayerDecayGen.Training;
using Always = FsCheck.NUnit.PropertyAttribute;

namespace LayerDecayGen.Tests.Safetensors;

/// <summary>Files made to mislead the reader: each is refused by one exception type before anything is allocated for it.</summary>
public sealed class HostileSafetensorsTests
{
    private const string T = "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]";
    private string _folder = "";

    private string FilePath => Path.Combine(_folder, "hostile.safetensors");

    [OneTimeSetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("ldg").FullName;

    [OneTimeTearDown]
    public void DropFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("", 0, "begin with '{'")]
    [TestCase(" {}", 0, "begin with '{'")]
    [TestCase("[]", 0, "begin with '{'")]
    [TestCase("{", 0, "not valid JSON")]
    [TestCase("{} {}", 0, "not valid JSON")]
    [TestCase("{\"a\":1}", 8, "'a' must be an object")]
    [TestCase("{\"a\":{" + T + "},\"a\":{" + T + "}}", 8, "'a' is there twice")]
    [TestCase("{\"a\":{" + T + ",\"dtype\":\"F32\"}}", 8, "'dtype' twice")]
    [TestCase("{\"__metadata__\":{\"k\":1}}", 0, "'k' in '__metadata__' must be a string")]
    [TestCase("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "twice")]
    [TestCase("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "twice")]
    [TestCase("{\"__metadata__\":null}", 0, "must be an object")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "must have dtype, shape and two data_offsets")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, "two data_offsets")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", 8, "more than 2")]
    [TestCase("{\"a\":{\"dtype\":99,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "not valid JSON")]
    [TestCase("{\"a\":{\"dtype\":\"99\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "dtype '99'")]
    [TestCase("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}}", 8, "F8_E4M3")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "whole numbers")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}", 8, "whole numbers")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1e300],\"data_offsets\":[0,8]}}", 8, "whole numbers")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}", 8, "list of whole numbers")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1152921504606846976],\"data_offsets\":[0,4611686018427387904]}}", 8, "ends at 4611686018427387904")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, "no memory could hold")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[0,9223372036854775807,2],\"data_offsets\":[0,0]}}", 0, "no memory could hold")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483648],\"data_offsets\":[0,8589934592]}}", 8, "ends at 8589934592")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}", 16, "begins at 8 and not at 0")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "data_offsets are [8, 0]")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", 8, "whole numbers")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 8, "takes 8 bytes")]
    [TestCase("{\"a\":{" + T + "},\"b\":{" + T + "}}", 8, "begins at 0 and not at 8")]
    [TestCase("{\"a\":{" + T + "}}", 12, "take 8 bytes, and the file holds 12")]
    [TestCase("{\"a\":{" + T + "}}", 4, "the file holds 4 bytes")]
    [TestCase("{\"\\ud800\":{" + T + "}}", 8, "not valid JSON")]
    [TestCase("{\"a\":{" + T + ",\"x\":[[[[[[[[[[]]]]]]]]]]}}", 8, "not valid JSON")]
    public void AHeaderOfTheKindIsRefused(string header, int dataBytes, string message)
    {
        Write(Encoding.UTF8.GetBytes(header), (ulong)header.Length, dataBytes);
        Assert.That(() => SafetensorsFile.Open(FilePath), Throws.TypeOf<SafetensorsException>().With.Message.Contains(message).And.Message.Contains(FilePath));
    }

    [TestCase(0ul)]
    [TestCase(3ul)]
    [TestCase(100_000_001ul)]
    [TestCase(1ul << 40)]
    [TestCase(ulong.MaxValue)]
    [TestCase(1ul << 63)]
    public void AWrongHeaderLengthIsRefused(ulong length)
    {
        Write(Encoding.UTF8.GetBytes("{}"), length, 0);
        Assert.That(() => SafetensorsFile.Open(FilePath), Throws.TypeOf<SafetensorsException>());
    }

    [Test]
    public void SixtyFiveDimensionsAreRefused()
    {
        var header = $"{{\"a\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(",", Enumerable.Repeat(1, 65))}],\"data_offsets\":[0,4]}}}}";
        Write(Encoding.UTF8.GetBytes(header), (ulong)header.Length, 4);
        Assert.That(() => SafetensorsFile.Open(FilePath), Throws.TypeOf<SafetensorsException>().With.Message.Contains("more than 64"));
    }

    [Always(MaxTest = 500)]
    public void AnyChangeOfAHeaderIsReadOrRefused(int seed) => ReadOrRefuse(new Random(seed));

    [Test, Category("Long")]
    public void ManyChangesOfAHeaderAreReadOrRefused()
    {
        for (var seed = 0; seed < 50_000; seed++) ReadOrRefuse(new Random(seed));
    }

    private void ReadOrRefuse(Random random)
    {
        var header = HeaderGrammar.Change(Valid(random), random);
        var bytes = Encoding.UTF8.GetBytes(header);
        var dataBytes = random.Next(4) == 0 ? random.Next(64) : 24;
        Write(bytes, random.Next(10) == 0 ? (ulong)random.NextInt64() : (ulong)bytes.Length, dataBytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var file = SafetensorsFile.Open(FilePath);
            Assert.That(file.Tensors.Sum(t => t.Bytes), Is.LessThanOrEqualTo(dataBytes));
            foreach (var entry in file.Tensors) file.Read(entry.Name).Dispose();
        }
        catch (SafetensorsException)
        {
            // The one way to refuse.
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(200_000 + (50 * bytes.Length)), header);
    }

    private static JsonObject Valid(Random random)
    {
        var root = new JsonObject();
        if (random.Next(2) == 0) root["__metadata__"] = new JsonObject { ["format"] = "pt" };
        root["a"] = new JsonObject { ["dtype"] = "F32", ["shape"] = new JsonArray(2, 2), ["data_offsets"] = new JsonArray(0, 16) };
        root["b"] = new JsonObject { ["dtype"] = "F64", ["shape"] = new JsonArray(), ["data_offsets"] = new JsonArray(16, 24) };
        return root;
    }

    private void Write(byte[] header, ulong length, int dataBytes)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, length);
        File.WriteAllBytes(FilePath, [.. prefix, .. header, .. new byte[dataBytes]]);
    }
}
