using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using SaasLlm.Api.Auth;

namespace SaasLlm.Testing;

/// <summary>The service as its own process, so that it can be killed.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StreamWriter _log;

    private ServiceProcess(Process process, Uri address, StreamWriter log)
    {
        _process = process;
        _log = log;
        Address = address;
    }

    /// <summary>The service's program, for <c>dotnet</c>.</summary>
    public static string Program { get; } = typeof(OperatorKeys).Assembly.Location;

    public Uri Address { get; }

    public static Task<ServiceProcess> StartAsync(string connectionString, params string[] settings) =>
        StartAtAsync(Ports.Free(), StreamWriter.Null, connectionString, settings);

    /// <param name="port">Where it listens, on 127.0.0.1.</param>
    /// <param name="log">Gets what it prints; closed with it.</param>
    /// <param name="settings">Configuration as <c>Key=value</c>.</param>
    public static async Task<ServiceProcess> StartAtAsync(int port, StreamWriter log, string connectionString, params string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{port}");
        var start = Command("", connectionString, settings);
        start.ArgumentList.Add($"--urls={address}");

        var process = Process.Start(start) ?? throw new InvalidOperationException("The service did not start.");
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.ErrorDataReceived += static (_, line) =>
        {
            if (line.Data is not null)
                Console.Error.WriteLine(line.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        var service = new ServiceProcess(process, address, log);
        try
        {
            await service.WaitUntilReadyAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs another command of the service's program, such as <c>verify</c>, to its end.</summary>
    /// <param name="settings">Configuration as <c>Key=value</c>, and the command's own options without their dashes.</param>
    /// <returns>Its exit code and what it printed.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string verb, string connectionString, params string[] settings)
    {
        using var process = Process.Start(Command(verb, connectionString, settings)) ?? throw new InvalidOperationException("The service did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    public HttpClient Client(string key) => new()
    {
        BaseAddress = Address,
        Timeout = TimeSpan.FromSeconds(60),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    };

    /// <summary>SIGKILL: no chance to finish anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>True while new connections are taken.</summary>
    public async Task<bool> IsListeningAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>SIGTERM: finish what is running. Gives the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>SIGSTOP: connections stay, and nothing comes back.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();

        // Waits for its last line too, which would otherwise come to a closed log.
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private static ProcessStartInfo Command(string verb, string connectionString, string[] settings)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Program);
        if (verb.Length > 0)
            start.ArgumentList.Add(verb);
        start.ArgumentList.Add("--environment=Development");
        start.ArgumentList.Add("--Logging:LogLevel:Default=Warning");
        start.ArgumentList.Add($"--ConnectionStrings:Postgres={connectionString}");
        foreach (var setting in settings)
            start.ArgumentList.Add("--" + setting);
        return start;
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("bash", ["-c", $"kill -{signal} {_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    private async Task WaitUntilReadyAsync()
    {
        using var client = new HttpClient { BaseAddress = Address };
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The service ended with {_process.ExitCode}.");

            try
            {
                using var ready = await client.GetAsync("/health/ready", deadline.Token);
                if (ready.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }
}
