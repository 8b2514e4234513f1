using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SaasLlm.Testing;

/// <summary>
/// A real redis-server of one test, which can be killed, halted and started again. A machine without one fails these tests;
/// it never skips them.
/// </summary>
public sealed class TestRedis : IAsyncDisposable
{
    private readonly int _port = Ports.Lasting();
    private readonly string _folder = Directory.CreateTempSubdirectory("saasllm-redis-").FullName;
    private Process? _process;
    private bool _disposed;

    private TestRedis()
    {
    }

    /// <summary>What <c>Redis:ConnectionString</c> takes.</summary>
    public string ConnectionString => $"127.0.0.1:{_port}";

    public static async Task<TestRedis> StartAsync()
    {
        var redis = new TestRedis();
        try
        {
            await redis.RestartAsync();
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL: connections break at once.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGSTOP: connections stay, and nothing comes back.</summary>
    public Task StopAnsweringAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>Starts it, empty, at the same port; kills it first where it still runs.</summary>
    /// <exception cref="ObjectDisposedException">The test is over, and nothing must be left of it.</exception>
    public async Task RestartAsync()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_process is { HasExited: false })
            Kill();
        _process?.Dispose();

        var start = new ProcessStartInfo("redis-server") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[] { "--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--dir", _folder })
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("redis-server did not start.");
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await AnswersAsync(deadline.Token))
            await poll.WaitForNextTickAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
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

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"redis-server ended with {_process.ExitCode}.");

        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
            var answer = new byte[7];
            await stream.ReadExactlyAsync(answer, cancellationToken);
            return Encoding.ASCII.GetString(answer) == "+PONG\r\n";
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("bash", ["-c", $"kill -{signal} {_process!.Id}"]);
        await kill.WaitForExitAsync();
    }
}
