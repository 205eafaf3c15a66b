using System.Collections;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace LayerDecayGen.Package.Tests;

/// <summary>
/// The build task that marks a version need weak, run in this process: whatever file it is given, it changes one bit of it or leaves it as it
/// was and reports LDG090.
/// </summary>
[Platform("Linux")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class WeakenVersionNeedTests
{
    private string _folder = "";
    private string _file = "";
    private string _old = "";

    [SetUp]
    public void Create()
    {
        _folder = Directory.CreateTempSubdirectory("weaken-").FullName;
        _file = Path.Combine(_folder, "libLibTorchSharp.so");
        _old = Path.Combine(_folder, "libstdc++.so.6");
        File.WriteAllText(_old, "GLIBCXX_3.4.31\0");
        File.WriteAllBytes(_file, Elf.Create());
    }

    [TearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void OneBitChanges()
    {
        Assert.That(Run("true"), Is.Empty);
        Assert.That(File.ReadAllBytes(_file), Is.EqualTo(Weakened()));
    }

    [TestCase("true", false)]
    [TestCase("always", true)]
    [TestCase("", false)]
    public void ANewCppRuntimeNeedsItOnlyIfAskedAlways(string mode, bool expected)
    {
        File.WriteAllText(_old, "GLIBCXX_3.4.31\0GLIBCXX_3.4.32\0GLIBCXX_3.4.33\0");
        Assert.That(Run(mode), Is.Empty);
        Assert.That(File.ReadAllBytes(_file), Is.EqualTo(expected ? Weakened() : Elf.Create()));
    }

    [Test]
    public void WithoutThePropertyItWarnsAndNamesTheProperty()
    {
        var warning = Run("").Single();
        Assert.That(warning, Does.StartWith("warning LDG090").And.Contain(_file).And.Contain("GLIBCXX_3.4.32").And.Contain(_old)
            .And.Contain("<LayerDecayGenLoadTorchSharpOnOlderLinux>true<"));
        Assert.That(File.ReadAllBytes(_file), Is.EqualTo(Elf.Create()));
        File.WriteAllBytes(_file, Weakened());
        Assert.That(Run(""), Is.Empty, "a weak need loads");
    }

    [TestCase("")]
    [TestCase("true")]
    public void EveryTruncationIsReported(string mode)
    {
        var whole = Elf.Create();
        for (var length = 0; length < whole.Length; length++)
        {
            // The last header is the string table's: only its first 32 bytes are read.
            if (length >= whole.Length - 32) continue;
            CheckHostile(whole[..length], mode, expectReport: true);
        }
    }

    [Test]
    public void TruncationsOfTheRealLibraryAreReported()
    {
        var whole = File.ReadAllBytes(Dotnet.TorchSharpNative);
        var random = new Random(1);
        foreach (var length in Enumerable.Range(0, 40).Select(i => i < 20 ? i * 13 : random.Next(whole.Length - 64)))
            CheckHostile(whole[..length], "true", expectReport: true);
    }

    [Test]
    public void AListThatComesBackToItselfIsReported()
    {
        var back = Elf.Create();
        Elf.Write32(back, Elf.SecondNeed + 12, Elf.Needs - Elf.SecondNeed);
        CheckHostile(back, "true", expectReport: true);

        var still = Elf.Create();
        Elf.Write16(still, Elf.Needs + 2, ushort.MaxValue);
        Elf.Write32(still, Elf.FirstAuxiliary + 12, 0);
        CheckHostile(still, "true", expectReport: true);
    }

    [Test]
    public void EveryByteCanBeAnything()
    {
        var whole = Elf.Create();
        for (var offset = 0; offset < whole.Length; offset++)
        {
            foreach (byte value in new byte[] { 0, 1, 2, 0x7F, 0x80, 0xF0, 0xFF })
            {
                var broken = (byte[])whole.Clone();
                broken[offset] = value;
                CheckHostile(broken, "true", expectReport: false);
            }
        }
    }

    [Test]
    public void AnyBytesCanBeAnything()
    {
        var edits = ArbMap.Default.GeneratorFor<(ushort Offset, byte Value)[]>();
        var cuts = Gen.Choose(0, Elf.Create().Length);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(edits.Zip(cuts).ToArbitrary(), input =>
        {
            var broken = Elf.Create();
            foreach (var (offset, value) in input.Item1) broken[offset % broken.Length] = value;
            CheckHostile(input.Item2 % 3 == 0 ? broken[..input.Item2] : broken, "true", expectReport: false);
        }));
    }

    [Test]
    public void AFolderIsNoFile()
    {
        File.Delete(_file);
        Assert.That(Run("true"), Is.Empty, "a library that is not there");
        Directory.CreateDirectory(_file);
        Assert.That(Run("true"), Is.Empty);
    }

    [TestCase("755")]
    [TestCase("644")]
    [TestCase("600")]
    [TestCase("775")]
    [TestCase("444")]
    [TestCase("555")]
    public void TheModeAndTheTimeStay(string octal)
    {
        var mode = (UnixFileMode)Convert.ToInt32(octal, 8);
        var time = new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_file, time);
        File.SetUnixFileMode(_file, mode);
        Assert.That(Run("true"), Is.Empty);
        Assert.That(File.ReadAllBytes(_file), Is.EqualTo(Weakened()));
        Assert.That((File.GetUnixFileMode(_file), File.GetLastWriteTimeUtc(_file)), Is.EqualTo((mode, time)));
    }

    [Test]
    public void AFolderThatCannotBeWrittenIsReported()
    {
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var reports = Run("true");
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // The mode does not hold back the superuser.
        Assert.That(reports, Environment.IsPrivilegedProcess ? Is.Empty : Has.One.StartsWith("error LDG090"));
        Assert.That(File.ReadAllBytes(_file), Is.EqualTo(Environment.IsPrivilegedProcess ? Weakened() : Elf.Create()));
    }

    [Test]
    public void ALinkInTheFolderStaysALinkAndItsTargetIsMended()
    {
        var target = _file + ".1";
        File.Move(_file, target);
        File.CreateSymbolicLink(_file, "libLibTorchSharp.so.1");
        Assert.That(Run("true"), Is.Empty);
        Assert.That(new FileInfo(_file).LinkTarget, Is.EqualTo("libLibTorchSharp.so.1"));
        Assert.That(File.ReadAllBytes(target), Is.EqualTo(Weakened()));
    }

    [Test]
    public void ALinkToAnotherFolderStaysALinkAndThatFolderIsNotWritten()
    {
        var cached = LinkToCache();
        Assert.That(Run("true"), Is.Empty);
        Assert.That(new FileInfo(_file).LinkTarget, Is.Not.Null);
        Assert.That(File.ReadAllBytes(_file), Is.EqualTo(Weakened()));
        Assert.That(File.ReadAllBytes(cached), Is.EqualTo(Elf.Create()));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(cached)!), Has.Length.EqualTo(1));
    }

    [Test]
    public void WhatCannotBeReplacedIsReportedAndNothingIsLeftBehind()
    {
        LinkToCache();
        Directory.CreateDirectory(Path.Combine(_folder, "libLibTorchSharp.weak.so"));
        Assert.That(Run("true"), Has.One.StartsWith("error LDG090"));
        Assert.That(File.ReadAllBytes(_file), Is.EqualTo(Elf.Create()));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(2), "the library and the C++ runtime");
    }

    [Test]
    public void ALinkToNothingIsReported()
    {
        File.Delete(_file);
        File.CreateSymbolicLink(_file, "nothing");
        Assert.That(Run("true"), Has.Length.LessThanOrEqualTo(1).And.All.StartsWith("error LDG090"));
    }

    [Test]
    public void AHardLinkLeavesTheOtherNameAlone()
    {
        var cached = Path.Combine(_folder, "cached.so");
        Assert.That(Dotnet.Run(_folder, "ln", _file, cached).ExitCode, Is.Zero);
        Assert.That(Run("true"), Is.Empty);
        Assert.That(File.ReadAllBytes(_file), Is.EqualTo(Weakened()));
        Assert.That(File.ReadAllBytes(cached), Is.EqualTo(Elf.Create()));
    }

    [Test]
    public void TwoBuildsMendOneFileAndReadersAlwaysFindIt()
    {
        var (plain, weakened) = (Elf.Create(), Weakened());
        var stop = false;
        var readers = System.Threading.Tasks.Task.Run(() =>
        {
            var reads = 0;
            for (; !Volatile.Read(ref stop); reads++)
            {
                var seen = File.ReadAllBytes(_file); // throws where it is missing
                if (!seen.SequenceEqual(plain) && !seen.SequenceEqual(weakened)) throw new InvalidDataException("neither the old nor the new library");
            }

            return reads;
        });
        for (var round = 0; round < 100; round++)
        {
            var fresh = Path.Combine(_folder, "fresh");
            File.WriteAllBytes(fresh, plain);
            File.Move(fresh, _file, overwrite: true);
            var reports = new string[4][];
            Parallel.For(0, reports.Length, i => reports[i] = Run("true"));
            Assert.That(reports.SelectMany(r => r), Is.Empty);
            Assert.That(File.ReadAllBytes(_file), Is.EqualTo(weakened));
        }

        Volatile.Write(ref stop, true);
        Assert.That(readers.GetAwaiter().GetResult(), Is.Positive);
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(2), "nothing is left behind");
    }

    private static byte[] Weakened()
    {
        var image = Elf.Create();
        image[Elf.Flags] |= 2; // VER_FLG_WEAK
        return image;
    }

    private string LinkToCache()
    {
        var cached = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "cache")).FullName, "libLibTorchSharp.so");
        File.Move(_file, cached);
        File.CreateSymbolicLink(_file, cached);
        return cached;
    }

    // The task neither throws nor hangs. It changes flag bytes only, or nothing and says so.
    private void CheckHostile(byte[] image, string mode, bool expectReport)
    {
        File.WriteAllBytes(_file, image);
        var reports = Run(mode);
        var after = File.ReadAllBytes(_file);
        var severity = mode.Length == 0 ? "warning" : "error";
        Assert.That(reports, Has.Length.LessThanOrEqualTo(1).And.All.StartsWith(severity + " LDG090"));
        if (expectReport) Assert.That(reports, Is.Not.Empty, $"{image.Length} bytes");
        if (reports.Length > 0) Assert.That(after, Is.EqualTo(image));
        Assert.That(after.Zip(image).Where(p => p.First != p.Second), Is.All.Matches<(byte After, byte Before)>(p => p.After == (p.Before | 2)));
    }

    private string[] Run(string mode)
    {
        var engine = new Engine();
        var task = new WeakenVersionNeed
        {
            BuildEngine = engine,
            Files = [new TaskItem(_file)],
            Version = Elf.Version,
            Mode = mode,
            CppRuntime = _old,
            Attempts = 1,
        };
        Assert.That(task.Execute(), Is.EqualTo(!engine.Reports.Any(r => r.StartsWith("error", StringComparison.Ordinal))));
        return [.. engine.Reports];
    }

    private sealed class Engine : IBuildEngine
    {
        public List<string> Reports { get; } = [];

        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "";

        public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;

        public void LogCustomEvent(CustomBuildEventArgs e)
        {
        }

        public void LogErrorEvent(BuildErrorEventArgs e) => Reports.Add($"error {e.Code}: {e.Message}");

        public void LogMessageEvent(BuildMessageEventArgs e)
        {
        }

        public void LogWarningEvent(BuildWarningEventArgs e) => Reports.Add($"warning {e.Code}: {e.Message}");
    }
}
