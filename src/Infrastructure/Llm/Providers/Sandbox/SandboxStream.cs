namespace SaasLlm.Infrastructure.Llm.Providers.Sandbox;

/// <summary>The body of a streamed answer: one event a read, at its pace, broken off where a trial asks for it.</summary>
internal sealed class SandboxStream(List<byte[]> events, TimeSpan pace, int? cutAfter, TimeProvider time) : Stream
{
    private int _event;
    private int _offset;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_offset == 0)
        {
            if (_event == cutAfter)
                throw new IOException("The sandbox was asked to cut the stream.");
            if (_event == events.Count)
                return 0;
            if (pace > TimeSpan.Zero)
                await Task.Delay(pace, time, cancellationToken);
        }

        var rest = events[_event].AsMemory(_offset);
        var count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        _offset += count;
        if (_offset == events[_event].Length)
        {
            _event++;
            _offset = 0;
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
