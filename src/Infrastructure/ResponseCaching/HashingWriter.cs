using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>Hashes what is written to it, through a rented buffer that takes up the many small pieces.</summary>
internal sealed class HashingWriter : IBufferWriter<byte>, IDisposable
{
    private const int BufferBytes = 8 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _used;

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _buffer.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _buffer.AsSpan(_used);
    }

    public void WriteByte(byte value)
    {
        GetSpan(1)[0] = value;
        Advance(1);
    }

    public void WriteLength(int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(GetSpan(sizeof(int)), length);
        Advance(sizeof(int));
    }

    /// <summary>With its length before it, so that no two rows of texts run into one.</summary>
    public void WriteText(string text)
    {
        WriteLength(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, this);
    }

    /// <summary>The SHA-256 of all that was written.</summary>
    public void Finish(Span<byte> digest)
    {
        Flush();
        _hash.GetHashAndReset(digest);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _hash.Dispose();
    }

    private void MakeRoom(int sizeHint)
    {
        if (_buffer.Length - _used >= Math.Max(1, sizeHint))
            return;

        Flush();
        if (sizeHint <= _buffer.Length)
            return;

        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(sizeHint);
    }

    private void Flush()
    {
        _hash.AppendData(_buffer.AsSpan(0, _used));
        _used = 0;
    }
}
