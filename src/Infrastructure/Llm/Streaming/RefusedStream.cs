using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Llm.Streaming;

/// <summary>The stream that never began: there is only its error.</summary>
internal sealed class RefusedStream : GatewayStream
{
    public override ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken) => new((ReadOnlyMemory<byte>?)null);

    public override ValueTask DisposeAsync() => default;
}
