using System.Buffers;

namespace SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

/// <summary>
/// A request body in a rented buffer. HTTP/2 may still be sending when the attempt has already ended, so the buffer goes back to
/// the pool only when nobody is sending; else it is left to the collector, for what is in it must never reach another tenant.
/// </summary>
internal sealed class PooledBody(int expectedBytes) : IBufferWriter<byte>, IDisposable
{
    private const int Closed = -1;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(expectedBytes);
    private int _senders;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _buffer.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _buffer.AsSpan(Length);
    }

    public async Task SendAsync(Stream output, CancellationToken cancellationToken)
    {
        BeginSending();
        try
        {
            await output.WriteAsync(Written, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _senders);
        }
    }

    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _senders, Closed, 0) == 0)
            ArrayPool<byte>.Shared.Return(_buffer);
    }

    private void BeginSending()
    {
        int senders;
        do
        {
            senders = Volatile.Read(ref _senders);
            ObjectDisposedException.ThrowIf(senders == Closed, this);
        }
        while (Interlocked.CompareExchange(ref _senders, senders + 1, senders) != senders);
    }

    private void Grow(int sizeHint)
    {
        var needed = Length + Math.Max(1, sizeHint);
        if (needed <= _buffer.Length)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _buffer.Length * 2));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
