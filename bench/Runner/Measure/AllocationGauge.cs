using System.Buffers.Binary;
using System.Net.Sockets;

namespace SaasLlm.Bench.Measure;

/// <summary>Asks the hook in a .NET process how much it has allocated.</summary>
internal sealed class AllocationGauge(string socketPath)
{
    /// <summary>Bytes since the process began.</summary>
    public async Task<long> ReadAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
        await using var stream = new NetworkStream(socket);
        var bytes = new byte[sizeof(long)];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }
}
