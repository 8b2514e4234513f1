using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>
/// An answer as bytes for Redis: four bytes of length, then Brotli over time, flags, model and content. Brotli's fastest setting
/// makes a stream's events about a twelfth and a plain answer half of what they were, at some hundred MB a second.
/// </summary>
internal static class AnswerCodec
{
    private const int Quality = 1;
    private const int WindowBits = 18;
    private const byte IsStream = 1;
    private const byte IsInvented = 2;

    /// <summary>More than any node writes: a length beyond it is damage.</summary>
    private const int MaxRawBytes = 128 * 1024 * 1024;

    public static byte[] Encode(CachedAnswer answer)
    {
        var raw = new ArrayBufferWriter<byte>(answer.Bytes);
        WriteInt64(raw, answer.AnsweredAt.ToUnixTimeMilliseconds());
        raw.Write([(byte)((answer.Events is null ? 0 : IsStream) | (answer.IsInvented ? IsInvented : 0))]);
        WriteInt32(raw, Encoding.UTF8.GetByteCount(answer.Model));
        Encoding.UTF8.GetBytes(answer.Model, raw);
        if (answer.Events is { } events)
        {
            WriteInt32(raw, events.Count);
            foreach (var item in events)
            {
                WriteInt32(raw, item.Length);
                raw.Write(item);
            }
        }
        else
        {
            raw.Write(answer.Plain!.Body.Span);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(sizeof(int) + BrotliEncoder.GetMaxCompressedLength(raw.WrittenCount));
        try
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer, raw.WrittenCount);
            return BrotliEncoder.TryCompress(raw.WrittenSpan, buffer.AsSpan(sizeof(int)), out var written, Quality, WindowBits)
                ? buffer[..(sizeof(int) + written)]
                : throw new InvalidOperationException("Brotli needs more room than it said.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Null where it is not what <see cref="Encode"/> made.</summary>
    public static CachedAnswer? Decode(ReadOnlySpan<byte> value)
    {
        if (value.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(value) is var length && length is <= 0 or > MaxRawBytes)
            return null;

        var raw = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return BrotliDecoder.TryDecompress(value[sizeof(int)..], raw.AsSpan(0, length), out var written) && written == length
                ? Read(raw.AsSpan(0, length))
                : null;
        }
        catch (ArgumentException)
        {
            // A length or a time that cannot be: damaged.
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
        }
    }

    /// <exception cref="ArgumentException">A length points beyond the end.</exception>
    private static CachedAnswer? Read(ReadOnlySpan<byte> raw)
    {
        var answeredAt = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(Take(ref raw, sizeof(long))));
        var flags = Take(ref raw, 1)[0];
        var model = Encoding.UTF8.GetString(Take(ref raw, ReadInt32(ref raw)));
        var invented = (flags & IsInvented) != 0;
        if ((flags & IsStream) == 0)
            return CachedAnswer.OfBody(raw.ToArray(), model, invented, answeredAt);

        var events = new List<byte[]>();
        for (var count = ReadInt32(ref raw); count > 0; count--)
            events.Add(Take(ref raw, ReadInt32(ref raw)).ToArray());
        return CachedAnswer.OfStream(events, model, invented, answeredAt);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> raw, int length)
    {
        var taken = raw[..length];
        raw = raw[length..];
        return taken;
    }

    private static int ReadInt32(ref ReadOnlySpan<byte> raw) => BinaryPrimitives.ReadInt32LittleEndian(Take(ref raw, sizeof(int)));

    private static void WriteInt32(ArrayBufferWriter<byte> output, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), value);
        output.Advance(sizeof(int));
    }

    private static void WriteInt64(ArrayBufferWriter<byte> output, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }
}
