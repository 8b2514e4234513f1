using System.Diagnostics;

namespace SaasLlm.Bench.Servers;

/// <summary>A program that this one has started, and ends by its id.</summary>
internal sealed class Child : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _log;

    private Child(Process process, string log)
    {
        _process = process;
        _log = log;
    }

    public int Id => _process.Id;

    /// <summary>Starts it with its output thrown away, as a service's is whose log nobody reads, and its errors in a file.</summary>
    public static Child Start(string program, IEnumerable<string> arguments, string log, params (string Name, string Value)[] environment)
    {
        // exec: the process that is started is the program itself, so the id is the program's.
        var start = new ProcessStartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" > /dev/null 2> \"$log\"", "sh", log, program, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(log),
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new Child(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start."), log);
    }

    /// <exception cref="InvalidOperationException">It has ended; the message says what it wrote last.</exception>
    public void ThrowIfEnded()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"A server ended with {_process.ExitCode}: {string.Join('\n', File.ReadLines(_log).TakeLast(5))}");
    }

    /// <summary>Waits until it answers requests to this address with success.</summary>
    public async Task WaitUntilReadyAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            ThrowIfEnded();
            try
            {
                using var answer = await client.GetAsync(address, deadline.Token);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
