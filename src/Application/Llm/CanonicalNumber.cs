using System.Buffers;
using System.Buffers.Binary;

namespace SaasLlm.Application.Llm;

/// <summary>
/// A JSON number by its exact value: <c>1</c>, <c>1.0</c> and <c>10e-1</c> are one number, <c>9007199254740993</c> and
/// <c>9007199254740992</c> are two, though a double cannot tell them apart.
/// </summary>
internal static class CanonicalNumber
{
    private const int MaxExponent = 1_000_000_000;

    public static void Write(ReadOnlySpan<byte> number, IBufferWriter<byte> output)
    {
        var rest = number;
        var negative = rest[0] == (byte)'-';
        if (negative)
            rest = rest[1..];

        var exponent = 0L;
        var e = rest.IndexOfAny((byte)'e', (byte)'E');
        if (e >= 0)
        {
            if (!TryReadExponent(rest[(e + 1)..], out exponent))
            {
                // Beyond all use: equal only where it is written alike.
                WriteHead("N"u8, number.Length, output);
                output.Write(number);
                return;
            }

            rest = rest[..e];
        }

        var point = rest.IndexOf((byte)'.');
        var whole = (point < 0 ? rest : rest[..point]).TrimStart((byte)'0');
        var fraction = point < 0 ? default : rest[(point + 1)..].TrimEnd((byte)'0');
        exponent -= fraction.Length;
        if (fraction.IsEmpty)
        {
            var trimmed = whole.TrimEnd((byte)'0');
            exponent += whole.Length - trimmed.Length;
            whole = trimmed;
        }
        else if (whole.IsEmpty)
        {
            fraction = fraction.TrimStart((byte)'0');
        }

        var digits = whole.Length + fraction.Length;
        WriteHead("n"u8, digits, output);
        if (digits == 0)
            return;

        var span = output.GetSpan(sizeof(long) + 1);
        span[0] = negative ? (byte)'-' : (byte)'+';
        BinaryPrimitives.WriteInt64LittleEndian(span[1..], exponent);
        output.Advance(sizeof(long) + 1);
        output.Write(whole);
        output.Write(fraction);
    }

    private static bool TryReadExponent(ReadOnlySpan<byte> text, out long exponent)
    {
        var negative = text[0] == (byte)'-';
        exponent = 0;
        foreach (var digit in text[(text[0] is (byte)'-' or (byte)'+' ? 1 : 0)..])
        {
            exponent = (exponent * 10) + (digit - (byte)'0');
            if (exponent > MaxExponent)
                return false;
        }

        if (negative)
            exponent = -exponent;
        return true;
    }

    private static void WriteHead(ReadOnlySpan<byte> tag, int length, IBufferWriter<byte> output)
    {
        output.Write(tag);
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), length);
        output.Advance(sizeof(int));
    }
}
