using System.Net;
using System.Net.Sockets;

namespace SaasLlm.Bench.Servers;

internal static class Ports
{
    /// <summary>A port of 127.0.0.1 that nobody listens on now.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static Uri Address(int port) => new($"http://127.0.0.1:{port}");
}
