using SaasLlm.Bench.Measure;

namespace SaasLlm.Bench.Servers;

/// <summary>A .NET process that is measured: the bare proxy, the service, or an upstream that needs a clock.</summary>
internal sealed class DotNetServer : IAsyncDisposable
{
    /// <summary>Events of a paced stream that tell their time.</summary>
    public const int PacedEvents = 20;

    /// <summary>Time from one of them to the next, in ms.</summary>
    public const int PaceMs = 50;

    private readonly Child _process;

    private DotNetServer(Child process, Uri address, AllocationGauge allocations)
    {
        _process = process;
        Address = address;
        Allocations = allocations;
    }

    public Uri Address { get; }

    public int ProcessId => _process.Id;

    public AllocationGauge Allocations { get; }

    public static Task<DotNetServer> StartBareProxyAsync(string folder, Uri upstream, Uri paced, CancellationToken cancellationToken)
    {
        var port = Ports.Free();
        return StartAsync(Repository.BareProxy, [$"--listen={port}", $"--upstream={upstream}", $"--paced={paced}"], folder, port, "/ready", cancellationToken);
    }

    /// <summary>A model that takes its time between the events of a stream.</summary>
    public static Task<DotNetServer> StartPacedUpstreamAsync(string folder, CancellationToken cancellationToken)
    {
        var port = Ports.Free();
        string[] arguments = [$"--listen={port}", $"--events={PacedEvents}", $"--pace-ms={PaceMs}"];
        return StartAsync(Repository.PacedUpstream, arguments, folder, port, "/ready", cancellationToken);
    }

    /// <summary>The service as in production: nothing is switched off, not even its request log.</summary>
    public static Task<DotNetServer> StartServiceAsync(
        string folder, string connectionString, string operatorKey, IEnumerable<string> settings, CancellationToken cancellationToken)
    {
        var port = Ports.Free();
        string[] arguments =
        [
            "--environment=Production",
            $"--urls=http://127.0.0.1:{port}",
            $"--ConnectionStrings:Postgres={connectionString}",
            $"--Auth:AdminKeys:0={operatorKey}",
            $"--Security:EncryptionKeys:bench={EncryptionKey}",
            "--Security:ActiveEncryptionKey=bench",
            .. settings.Select(setting => "--" + setting),
        ];
        return StartAsync(Repository.Service, arguments, folder, port, "/health/ready", cancellationToken);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>The same for all services of a run, which share one database.</summary>
    private static string EncryptionKey { get; } = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    private static async Task<DotNetServer> StartAsync(
        string program, IEnumerable<string> arguments, string folder, int port, string readyPath, CancellationToken cancellationToken)
    {
        var name = $"{Path.GetFileNameWithoutExtension(program)}-{port}";
        var socket = Path.Combine(folder, name + ".sock");
        var process = Child.Start(
            "dotnet",
            [program, .. arguments],
            Path.Combine(folder, name + ".log"),
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("DOTNET_ENVIRONMENT", "Production"),
            ("DOTNET_STARTUP_HOOKS", Repository.AllocationHook),
            ("SAASLLM_BENCH_ALLOCATION_SOCKET", socket));
        var server = new DotNetServer(process, Ports.Address(port), new AllocationGauge(socket));
        try
        {
            await process.WaitUntilReadyAsync(new Uri(server.Address, readyPath), cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
