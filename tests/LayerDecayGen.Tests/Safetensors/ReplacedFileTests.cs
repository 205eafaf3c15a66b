using LayerDecayGen.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Safetensors;

/// <summary>What a write leaves on the disk.</summary>
public sealed class ReplacedFileTests
{
    private string _folder = "";

    private string FilePath => Path.Combine(_folder, "a.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("ldg").FullName;

    [TearDown]
    public void DropFolder() => Directory.Delete(_folder, recursive: true);

    private static void Write(string path, float value = 1) =>
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["w"] = full(3, value) });

    private static float Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Read("w")[0].item<float>();
    }

    [Test]
    public void WhatAKilledProcessLeftIsRemovedAndALivingWritersFileStays()
    {
        var (dead, living) = (Beside('a'), Beside('b'));
        File.WriteAllText(dead, "half");
        var (other, foreign) = (Path.Combine(_folder, "b.safetensors." + new string('c', 32) + ".ldgtmp"), FilePath + ".tmp");
        File.WriteAllText(other, "half");
        File.WriteAllText(foreign, "a user's");
        using (var writer = new FileStream(living, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete))
        {
            writer.WriteByte(1);
            writer.Flush();
            Write(FilePath);
            Assert.That(Directory.GetFiles(_folder), Is.EquivalentTo(new[] { FilePath, living, other, foreign }));
        }

        Write(FilePath);
        Assert.That(Directory.GetFiles(_folder), Is.EquivalentTo(new[] { FilePath, other, foreign }));
        string Beside(char c) => $"{FilePath}.{new string(c, 32)}.ldgtmp";
    }

    [Test, Platform(Exclude = "Win")]
    public void ALinkStaysAndItsTargetIsReplaced()
    {
        var link = Path.Combine(_folder, "latest");
        Write(FilePath);
        File.CreateSymbolicLink(link, "a.safetensors");
        Write(link, 2);
        Assert.That((new FileInfo(link).LinkTarget, Read(FilePath)), Is.EqualTo(("a.safetensors", 2f)));
    }

    [Test, Platform(Exclude = "Win")]
    public void ALinkToNothingGetsItsTarget()
    {
        var link = Path.Combine(_folder, "latest");
        File.CreateSymbolicLink(link, "a.safetensors");
        Write(link, 2);
        Assert.That((new FileInfo(link).LinkTarget, Read(FilePath)), Is.EqualTo(("a.safetensors", 2f)));
    }

    [Test, Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void TheModeStays()
    {
        Write(FilePath);
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(FilePath, mode);
        Write(FilePath, 2);
        Assert.That(File.GetUnixFileMode(FilePath), Is.EqualTo(mode));
    }

    [Test]
    public void AFolderIsRefused() => Assert.That(() => Write(_folder), Throws.TypeOf<IOException>().With.Message.Contains("is a folder"));

    [Test, Platform("Linux")]
    public void ADeviceIsRefused()
    {
        var link = Path.Combine(_folder, "null");
        File.CreateSymbolicLink(link, "/dev/null");
        Assert.That(() => Write(link), Throws.TypeOf<IOException>().With.Message.Contains("device"));
    }

    [Test, Platform("Linux")]
    public void AFolderThatCannotBeMadeIsNamed() => Assert.That(
        () => Write("/proc/nope/a.safetensors"), Throws.TypeOf<IOException>().With.Message.Contains("The folder /proc/nope for /proc/nope/a.safetensors cannot be made"));

    [Test]
    public void AnErrorWhileWritingLeavesTheOldFileAndNoLitter()
    {
        Write(FilePath, 5);
        Assert.That(() => ReplacedFile.Write(FilePath, s =>
        {
            s.WriteByte(1);
            throw new InvalidOperationException("half-way");
        }), Throws.InvalidOperationException);
        Assert.That((Read(FilePath), Directory.GetFiles(_folder).Length), Is.EqualTo((5f, 1)));
    }

    [Test]
    public void TwoWritersAndAReaderSeeWholeFiles()
    {
        Write(FilePath);
        var stop = false;
        var writers = Enumerable.Range(0, 2).Select(w => Task.Run(() =>
        {
            for (var i = 0; !Volatile.Read(ref stop); i++) Write(FilePath, w);
        })).ToArray();
        for (var i = 0; i < 200; i++) Assert.That(Read(FilePath), Is.EqualTo(0f).Or.EqualTo(1f));
        Volatile.Write(ref stop, true);
        Task.WaitAll(writers);
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }
}
