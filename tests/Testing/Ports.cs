using System.Net;
using System.Net.Sockets;

namespace SaasLlm.Testing;

public static class Ports
{
    private const int LowestLasting = 20_000;
    private const int HighestLasting = 32_000;

    /// <summary>A port of 127.0.0.1 that nobody listens on now.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>
    /// A free port for a server that will be stopped and started again: below those that outgoing connections take for their own
    /// end, one of which could be a client that tries to reach that very server, and then would reach itself.
    /// </summary>
    public static int Lasting()
    {
        while (true)
        {
            var port = Random.Shared.Next(LowestLasting, HighestLasting);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another one.
            }
        }
    }
}
