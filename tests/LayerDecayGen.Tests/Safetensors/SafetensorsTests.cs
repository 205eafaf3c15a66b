using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.PyBridge;
using static TorchSharp.torch;
using Always = FsCheck.NUnit.PropertyAttribute;

namespace LayerDecayGen.Tests.Safetensors;

public sealed class SafetensorsTests
{
    private string _folder = "";

    private string FilePath => Path.Combine(_folder, "model.safetensors");

    [OneTimeSetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("ldg").FullName;

    [OneTimeTearDown]
    public void DropFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>The bytes are written out by hand after the format's description.</summary>
    [Test]
    public void AFileIsAsTheFormatSays()
    {
        var tensors = new Dictionary<string, Tensor> { ["b"] = tensor(new byte[] { 7, 8, 9 }), ["a"] = tensor(new[,] { { 1f, -2f } }) };
        SafetensorsWriter.Write(FilePath, tensors, new Dictionary<string, string> { ["format"] = "pt" });
        const string header = """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";
        var padded = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] expected =
        [
            (byte)padded.Length, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(padded),
            0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 7, 8, 9,
        ];
        Assert.That(File.ReadAllBytes(FilePath), Is.EqualTo(expected));
    }

    [Always(MaxTest = 200)]
    public void WhatIsWrittenIsRead(int seed)
    {
        using var scope = NewDisposeScope();
        var tensors = RandomTensors.Of(new Random(seed));
        var metadata = new Dictionary<string, string> { ["seed"] = $"{seed} é\n\"" };
        SafetensorsWriter.Write(FilePath, tensors, metadata);
        using var file = SafetensorsFile.Open(FilePath);
        Assert.That(file.Metadata, Is.EqualTo(metadata));
        Assert.That(file.Tensors.Select(t => t.Name), Is.EquivalentTo(tensors.Keys));
        foreach (var (name, tensor) in tensors)
        {
            var read = file.Read(name);
            Assert.That((read.dtype, Shape: read.shape), Is.EqualTo((tensor.dtype, Shape: tensor.shape)).Using<(ScalarType A, long[] B)>((a, b) => a.A == b.A && a.B.SequenceEqual(b.B)));
            Assert.That(RandomTensors.Bytes(read), Is.EqualTo(RandomTensors.Bytes(tensor)), name);
        }
    }

    [Test]
    public void DataIsAlignedToItsElements()
    {
        var tensors = RandomTensors.Dtypes.ToDictionary(d => d.ToString(), d => zeros(3, dtype: d));
        SafetensorsWriter.Write(FilePath, tensors);
        using var file = SafetensorsFile.Open(FilePath);
        var header = BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(FilePath));
        foreach (var t in file.Tensors) Assert.That((8 + header + t.Offset) % (t.Bytes / 3), Is.Zero, t.Name);
    }

    [Test]
    public void PyBridgeReadsWhatIsWritten()
    {
        using var model = nn.Sequential(("0", nn.Linear(3, 4)), ("1", nn.BatchNorm1d(4)));
        using var copy = nn.Sequential(("0", nn.Linear(3, 4)), ("1", nn.BatchNorm1d(4)));
        SafetensorsWriter.Write(FilePath, model.state_dict(), new Dictionary<string, string> { ["format"] = "pt" });
        copy.load_safetensors(FilePath);
        foreach (var (name, tensor) in model.state_dict())
            Assert.That(RandomTensors.Bytes(copy.state_dict()[name]), Is.EqualTo(RandomTensors.Bytes(tensor)), name);
    }

    [Test]
    public void WhatPyBridgeWritesIsRead()
    {
        using var model = nn.Sequential(("0", nn.Linear(3, 4)), ("1", nn.BatchNorm1d(4)));
        model.save_safetensors(FilePath);
        using var file = SafetensorsFile.Open(FilePath);
        Assert.That(file.Tensors.Select(t => t.Name), Is.EquivalentTo(model.state_dict().Keys));
        foreach (var (name, tensor) in model.state_dict())
            Assert.That(RandomTensors.Bytes(file.Read(name)), Is.EqualTo(RandomTensors.Bytes(tensor)), name);
    }

    [Test]
    public void PythonReadsWhatIsWritten()
    {
        SafetensorsWriter.Write(FilePath, new Dictionary<string, Tensor> { ["w"] = arange(6, dtype: ScalarType.Float32).reshape(2, 3).t() });
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"from safetensors.numpy import load_file; print(load_file('{FilePath}')['w'].tolist())");
        using var python = Process.Start(start)!;
        var (output, error) = (python.StandardOutput.ReadToEnd(), python.StandardError.ReadToEnd());
        python.WaitForExit();
        if (error.Contains("ModuleNotFoundError", StringComparison.Ordinal)) Assert.Ignore("Python's safetensors is not installed here.");
        Assert.That(output.Trim(), Is.EqualTo("[[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]"), error);
    }

    [Test]
    public void WhatTheFormatCannotHoldIsRefusedByName()
    {
        void Refused(string name, Tensor tensor, string message) => Assert.That(
            () => SafetensorsWriter.Write(FilePath, new Dictionary<string, Tensor> { [name] = tensor }),
            Throws.TypeOf<SafetensorsException>().With.Message.Contains(message));
        File.Delete(FilePath);
        Refused("z", zeros(1, dtype: ScalarType.ComplexFloat64), "'z' is ComplexFloat64");
        Refused("s", zeros(2, 2).to_sparse(), "'s' is sparse");
        Refused("m", zeros(1, device: META), "'m' is on the meta device");
        Refused("__metadata__", zeros(1), "__metadata__");
        Refused("\ud800", zeros(1), "surrogate");
        Assert.That(File.Exists(FilePath), Is.False);
    }
}
