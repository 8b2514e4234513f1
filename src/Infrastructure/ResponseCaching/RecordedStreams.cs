using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>A stream of events that another call has fetched.</summary>
internal abstract class RecordedStream : GatewayStream
{
    protected int Next { get; private set; }

    /// <summary>Counts what the event says into this call's own usage.</summary>
    protected ReadOnlyMemory<byte> Take(byte[] data)
    {
        Next++;
        if (ChunkFacts.TryRead(data, out var facts))
        {
            Usage = facts.Usage ?? Usage;
            FinishReason = facts.FinishReason ?? FinishReason;
            DeliveredTextBytes += facts.TextBytes;
        }

        return data;
    }
}

/// <summary>A kept answer, streamed again.</summary>
internal sealed class ReplayStream(IReadOnlyList<byte[]> events) : RecordedStream
{
    public override ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Next < events.Count ? Take(events[Next]) : default(ReadOnlyMemory<byte>?));
    }

    public override ValueTask DisposeAsync() => default;
}

/// <summary>A stream that runs for another call, read along.</summary>
/// <param name="opening">The token that the stream was opened with: once it is cancelled there may be nothing to read.</param>
internal sealed class FollowerStream(StreamFlight flight, CancellationToken opening) : RecordedStream
{
    private bool _hasLeft;

    public override async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        opening.ThrowIfCancellationRequested();
        var (data, fault) = await flight.ReadAsync(Next, cancellationToken);
        if (data is not null)
            return Take(data);

        Fault = fault;
        return null;
    }

    public override ValueTask DisposeAsync()
    {
        if (!_hasLeft)
            flight.Leave();
        _hasLeft = true;
        return default;
    }
}
