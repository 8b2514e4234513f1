using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Outgoing;

/// <summary>
/// Guards requests whose address a caller chose: https to public addresses, and whatever else the operator allows. It looks at what
/// a name resolves to when the connection is made, and connects to the very addresses that it has looked at: a name that resolves
/// to something else a moment later wins nothing by it. Redirects are the handler's business: turn them off.
/// </summary>
/// <param name="resolve">How names are resolved; null: by the system.</param>
internal sealed class OutgoingAddresses(IOptions<OutgoingOptions> options, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    : IOutgoingAddresses
{
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;
    private readonly HashSet<string> _allowedHosts = new(options.Value.AllowedHosts, StringComparer.OrdinalIgnoreCase);
    private readonly IPNetwork[] _allowedNetworks = [.. options.Value.AllowedNetworks.Select(network => IPNetwork.Parse(network))];

    /// <summary>What <see cref="SocketsHttpHandler.ConnectCallback"/> of a guarded handler is.</summary>
    /// <exception cref="OutgoingAddressException">The address is not allowed; the handler wraps it in its own exception.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        // Connections are pooled by scheme, so the first request's is that of all.
        var isHttps = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;
        var addresses = await AllowedAsync(context.DnsEndPoint.Host, isHttps, cancellationToken);

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task<bool> AllowAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            await AllowedAsync(address.IdnHost, address.Scheme == Uri.UriSchemeHttps, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is OutgoingAddressException or SocketException)
        {
            return false;
        }
    }

    /// <summary>What the host resolves to. One bad address among good ones refuses all: no honest name has both.</summary>
    private async Task<IPAddress[]> AllowedAsync(string host, bool isHttps, CancellationToken cancellationToken)
    {
        var addresses = await _resolve(host, cancellationToken);
        var isTrusted = _allowedHosts.Contains(host);
        return Array.TrueForAll(addresses, address => IsAllowed(address, isHttps, isTrusted)) ? addresses : throw new OutgoingAddressException();
    }

    private bool IsAllowed(IPAddress address, bool isHttps, bool isTrusted)
    {
        var meant = AddressRanges.Meant(address);

        // Nothing that is meant to be called lives there, so no allowance covers it, however wide.
        if (AddressRanges.IsMetadataService(meant))
            return false;

        return isTrusted
            || Array.Exists(_allowedNetworks, network => network.Contains(meant) || network.Contains(address))
            || (isHttps && AddressRanges.IsPublic(meant));
    }
}

/// <summary>A caller's address that must not be called. It does not say what the name resolves to: that is not the caller's to learn.</summary>
internal sealed class OutgoingAddressException : IOException
{
    public OutgoingAddressException()
        : base("The address is not allowed: it must be https and public, or one that the operator allows.")
    {
    }
}
