using System.Net.Sockets;

namespace SaasLlm.Bench.Servers;

/// <summary>A Redis of this run, which keeps nothing on disk.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly Child _process;

    private RedisServer(Child process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public static async Task<RedisServer> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var port = Ports.Free();
        string[] arguments = ["--port", port.ToString(), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
        var server = new RedisServer(Child.Start("redis-server", arguments, Path.Combine(folder, "redis.log")), port);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (!await ListensAsync(port, deadline.Token))
            {
                server._process.ThrowIfEnded();
                await poll.WaitForNextTickAsync(deadline.Token);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<bool> ListensAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
