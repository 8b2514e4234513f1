using System.Security.Cryptography;
using SaasLlm.Bench.Driving;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench;

/// <summary>All servers of a run, in a folder of its own. Whatever happens, what was started is ended and the folder removed.</summary>
internal sealed class Rig : IAsyncDisposable
{
    /// <summary>Jobs that calls of the warm modes go to in turn.</summary>
    private const int WarmJobs = 1_000;
    private const int WarmJobsQuick = 100;

    /// <summary>
    /// Jobs that the database already holds. With an empty table PostgreSQL would plan for one, which no service that is used has.
    /// </summary>
    private const int EarlierJobs = 100_000;
    private const int EarlierJobsQuick = 10_000;

    private readonly Stack<IAsyncDisposable> _started = new();

    private Rig(string folder, Options options)
    {
        Folder = folder;
        WarmUp = new WarmUp(options);
    }

    public string Folder { get; }

    public WarmUp WarmUp { get; }

    public string OperatorKey { get; } = "sk-bench-" + RandomNumberGenerator.GetHexString(32, lowercase: true);

    public PostgresServer Postgres { get; private set; } = null!;

    public NginxServer Upstream { get; private set; } = null!;

    public DotNetServer PacedUpstream { get; private set; } = null!;

    public Subject Nginx { get; private set; } = null!;

    public Subject Bare { get; private set; } = null!;

    public Subject Service { get; private set; } = null!;

    public Tenant Tenant { get; private set; } = null!;

    /// <summary>Open jobs of the tenant.</summary>
    public IReadOnlyList<string> Jobs { get; private set; } = [];

    public static async Task<Rig> StartAsync(Options options, CancellationToken cancellationToken)
    {
        var rig = new Rig(Directory.CreateTempSubdirectory("saasllm-bench-").FullName, options);
        try
        {
            // PostgreSQL runs as another user where this one is root, and must reach its own folder in it.
            File.SetUnixFileMode(rig.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            await rig.StartServersAsync(options, cancellationToken);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a further server that ends with this rig.</summary>
    public async Task<T> StartAsync<T>(Task<T> starting)
        where T : IAsyncDisposable
    {
        var server = await starting;
        _started.Push(server);
        return server;
    }

    /// <summary>Another node of the service on the same database.</summary>
    public async Task<Subject> StartServiceAsync(string name, CancellationToken cancellationToken, params string[] settings)
    {
        var service = await StartAsync(DotNetServer.StartServiceAsync(Folder, Postgres.ConnectionString, OperatorKey, settings, cancellationToken));
        return new Subject(name, service.Address, service.ProcessId, service.Allocations, IsService: true);
    }

    public Task<DotNetServer> StartBareProxyAsync(CancellationToken cancellationToken) =>
        DotNetServer.StartBareProxyAsync(Folder, Upstream.Address, PacedUpstream.Address, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var server))
            await server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task StartServersAsync(Options options, CancellationToken cancellationToken)
    {
        Postgres = await StartAsync(PostgresServer.StartAsync(Path.Combine(Folder, "postgres"), cancellationToken));
        Upstream = await StartAsync(NginxServer.StartUpstreamAsync(Folder, cancellationToken));
        PacedUpstream = await StartAsync(DotNetServer.StartPacedUpstreamAsync(Folder, cancellationToken));

        var proxy = await StartAsync(NginxServer.StartProxyAsync(Folder, Upstream.Address, PacedUpstream.Address, cancellationToken));
        Nginx = new Subject(Subject.Nginx, proxy.Address, proxy.ProcessId, null, IsService: false);
        var bare = await StartAsync(StartBareProxyAsync(cancellationToken));
        Bare = new Subject(Subject.Bare, bare.Address, bare.ProcessId, bare.Allocations, IsService: false);

        Service = await StartServiceAsync(Subject.Service, cancellationToken);
        Tenant = await Tenant.CreateAsync(Service.Address, OperatorKey, route => route == Route.Paced ? PacedUpstream.Address : Upstream.Address, cancellationToken);
        await FillAsync(options.Quick ? EarlierJobsQuick : EarlierJobs, cancellationToken);
        Jobs = await Tenant.CreateJobsAsync(options.Quick ? WarmJobsQuick : WarmJobs, cancellationToken);
    }

    private async Task FillAsync(int jobs, CancellationToken cancellationToken)
    {
        await using var node = InProcessNode.Create(Postgres.ConnectionString);
        await node.CreateJobsAsync(Tenant.TeamId, jobs, cancellationToken);

        // What autovacuum does within a minute.
        await Postgres.SqlAsync("vacuum analyze", cancellationToken);
    }
}
