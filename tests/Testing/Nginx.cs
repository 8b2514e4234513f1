using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace SaasLlm.Testing;

/// <summary>
/// A real nginx in front of several nodes, in turn. It sends a POST on to a second node only where the first did not take the
/// connection; a node that dies with a request in its hands shows as a 502 to the caller.
/// </summary>
public sealed class Nginx : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("saasllm-nginx-").FullName;
    private readonly int _port = Ports.Lasting();
    private Process? _process;

    private Nginx()
    {
    }

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public static async Task<Nginx> StartAsync(params Uri[] nodes)
    {
        var nginx = new Nginx();
        try
        {
            await nginx.StartProcessAsync(nodes);
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }

            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartProcessAsync(Uri[] nodes)
    {
        var configuration = Path.Combine(_folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configuration(nodes));
        var start = new ProcessStartInfo("nginx", ["-p", _folder, "-c", configuration, "-e", Path.Combine(_folder, "error.log")])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("nginx did not start.");
        _process.ErrorDataReceived += static (_, line) =>
        {
            if (line.Data is not null)
                Console.Error.WriteLine(line.Data);
        };
        _process.BeginErrorReadLine();

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await IsListeningAsync(deadline.Token))
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"nginx ended with {_process.ExitCode}.");
            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    private async Task<bool> IsListeningAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// One process, so that killing it leaves none behind. Everything that it writes stays in its own folder, for root and
    /// ordinary users alike. A dead node is tried again at once: the tests restart it within seconds.
    /// </summary>
    private string Configuration(Uri[] nodes) =>
        $$"""
          daemon off;
          master_process off;
          pid {{_folder}}/nginx.pid;
          events { worker_connections 8192; }
          http {
              access_log off;
              client_body_temp_path {{_folder}}/body;
              proxy_temp_path {{_folder}}/proxy;
              fastcgi_temp_path {{_folder}}/fastcgi;
              uwsgi_temp_path {{_folder}}/uwsgi;
              scgi_temp_path {{_folder}}/scgi;
              client_max_body_size 16m;
              keepalive_timeout 300s;
              keepalive_requests 1000000;

              upstream nodes {
                  {{string.Join("\n        ", nodes.Select(node => $"server 127.0.0.1:{node.Port} max_fails=0;"))}}
                  keepalive 256;
                  keepalive_requests 1000000;
              }

              server {
                  listen 127.0.0.1:{{_port}} backlog=4096;
                  location / {
                      proxy_pass http://nodes;
                      proxy_http_version 1.1;
                      proxy_set_header Connection "";
                      proxy_set_header Host $host;
                      proxy_buffering off;
                      proxy_connect_timeout 2s;
                      proxy_read_timeout 90s;
                      proxy_next_upstream error timeout;
                  }
              }
          }
          """;
}
