using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>The stream of the call that was sent upstream, whose record carries its cost however many others have read along.</summary>
internal sealed class LeaderStream(StreamFlight flight, GatewayStream upstream) : GatewayStream
{
    private int _next;
    private bool _hasEnded;

    public override async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        var (data, fault) = await flight.ReadAsync(_next, cancellationToken);
        if (data is not null)
        {
            _next++;
            return data;
        }

        _hasEnded = true;
        Fault = fault;
        TakeFacts();
        return null;
    }

    /// <summary>Where others still read, the upstream is read to its end for them: the provider bills all of it, and so the record says.</summary>
    public override async ValueTask DisposeAsync()
    {
        await flight.CloseAsync();
        Drained = !_hasEnded && flight.HasEndedWell;
        TakeFacts();
    }

    private void TakeFacts()
    {
        Usage = upstream.Usage;
        FinishReason = upstream.FinishReason;
        DeliveredTextBytes = upstream.DeliveredTextBytes;
    }
}
