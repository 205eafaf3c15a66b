using System.Buffers.Binary;
using System.Text;

namespace LayerDecayGen.Package.Tests;

/// <summary>
/// A small shared object as far as its version needs go: a header, one list of needs with two libraries, their names, and three section
/// headers. Layout from the System V ABI (Elf64_Ehdr, Elf64_Shdr) and the Linux Standard Base (Elf64_Verneed, Elf64_Vernaux).
/// </summary>
internal static class Elf
{
    public const string Version = "GLIBCXX_3.4.32";
    public const int Needs = 64, FirstAuxiliary = Needs + 16, SecondNeed = Needs + 48;

    /// <summary>The file offset of vna_flags of the need that is to be weak: the second version of the first library.</summary>
    public const int Flags = FirstAuxiliary + 16 + 4;

    private const int NeedsSize = 80, Names = Needs + NeedsSize;

    public static byte[] Create()
    {
        var names = Encoding.ASCII.GetBytes($"\0GLIBC_2.2\0{Version}\0");
        var sections = Names + names.Length;
        var image = new byte[sections + 3 * 64];
        new byte[] { 0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(image, 0);
        Write64(image, 0x28, sections);
        Write16(image, 0x3A, 64);
        Write16(image, 0x3C, 3);
        Need(image, Needs, count: 2, next: SecondNeed - Needs);
        Auxiliary(image, FirstAuxiliary, name: 1, next: 16);
        Auxiliary(image, FirstAuxiliary + 16, name: 11, next: 0);
        Need(image, SecondNeed, count: 1, next: 0);
        Auxiliary(image, SecondNeed + 16, name: 1, next: 0);
        names.CopyTo(image, Names);
        Section(image, sections + 64, type: 0x6ffffffe, offset: Needs, NeedsSize, link: 2);
        Section(image, sections + 128, type: 3, offset: Names, names.Length, link: 0);
        return image;
    }

    public static void Write16(byte[] image, int offset, int value) => BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(offset), (ushort)value);

    public static void Write32(byte[] image, int offset, long value) => BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(offset), unchecked((uint)value));

    private static void Write64(byte[] image, int offset, long value) => BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(offset), value);

    private static void Need(byte[] image, int offset, int count, int next)
    {
        Write16(image, offset, 1);
        Write16(image, offset + 2, count);
        Write32(image, offset + 8, 16);
        Write32(image, offset + 12, next);
    }

    private static void Auxiliary(byte[] image, int offset, int name, int next)
    {
        Write32(image, offset + 8, name);
        Write32(image, offset + 12, next);
    }

    private static void Section(byte[] image, int header, uint type, int offset, int size, int link)
    {
        Write32(image, header + 4, type);
        Write64(image, header + 0x18, offset);
        Write64(image, header + 0x20, size);
        Write32(image, header + 0x28, link);
    }
}
