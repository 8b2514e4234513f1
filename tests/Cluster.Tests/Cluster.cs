using SaasLlm.Client;
using SaasLlm.Testing;

namespace SaasLlm.Cluster.Tests;

/// <summary>A team with its key.</summary>
/// <param name="Credits">What it was created with.</param>
internal sealed record Team(string TeamId, string Key, decimal Credits);

/// <summary>
/// Three services as processes of their own on one PostgreSQL and one Redis, behind nginx, with an upstream in this process and
/// 300 teams. Each part can be taken away and brought back.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const int NodeCount = 3;
    public const string OperatorKey = ServiceUnderTest.OperatorKey;

    /// <summary>Answers at once.</summary>
    public const string PlainGroup = "cluster-plain";

    /// <summary>Answers by streams.</summary>
    public const string StreamGroup = "cluster-stream";

    /// <summary>Answers when a test lets it.</summary>
    public const string HeldGroup = "cluster-held";

    private const int TeamCount = 300;
    private const int OrganizationCount = 6;
    private const decimal CreditsPerTeam = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("saasllm-nodes-").FullName;
    private readonly int[] _ports = [.. Enumerable.Range(0, NodeCount).Select(_ => Ports.Lasting())];
    private readonly ServiceProcess?[] _nodes = new ServiceProcess?[NodeCount];
    private readonly Task[] _starting = [.. Enumerable.Repeat(Task.CompletedTask, NodeCount)];
    private readonly List<Caller> _callers = [];
    private readonly List<FakeUpstream> _upstreams = [];
    private SaasLlmClient _operator = null!;
    private Nginx? _nginx;
    private int _newTeams;
    private bool _disposed;

    private Cluster()
    {
    }

    public RestartablePostgres Postgres { get; } = new();

    public TestRedis Redis { get; private set; } = null!;

    /// <summary>What serves <see cref="HeldGroup"/>.</summary>
    public FakeUpstream Held { get; private set; } = null!;

    /// <summary>Through nginx.</summary>
    public Caller Front { get; private set; } = null!;

    /// <summary>Past nginx, to each node.</summary>
    public IReadOnlyList<Caller> Nodes { get; private set; } = [];

    /// <summary>Every tenth of them has limits.</summary>
    public IReadOnlyList<Team> Teams { get; private set; } = [];

    public Books Books { get; private set; } = null!;

    public static async Task<Cluster> StartAsync()
    {
        var cluster = new Cluster();
        try
        {
            await cluster.StartPartsAsync();
            await cluster.CreateCatalogAsync();
            await cluster.CreateTeamsAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A team of one test alone.</summary>
    public Task<Team> CreateTeamAsync(decimal credits, int? rpmLimit = null, int? maxParallel = null) =>
        CreateTeamAsync($"own-{Interlocked.Increment(ref _newTeams)}", "org-0", credits, rpmLimit, maxParallel);

    /// <summary>By the operator, for the team.</summary>
    public async Task<Guid> CreateJobAsync(Team team, int? ttlSeconds = null) =>
        (await _operator.CreateJobAsync(new CreateJobBody { TeamId = team.TeamId, JobType = "race", TtlSeconds = ttlSeconds })).JobId;

    /// <summary>SIGKILL.</summary>
    public Task KillNodeAsync(int node) => _nodes[node]!.KillAsync();

    /// <summary>SIGTERM; gives the exit code.</summary>
    public Task<int> TerminateNodeAsync(int node) => _nodes[node]!.TerminateAsync();

    public Task FreezeNodeAsync(int node) => _nodes[node]!.FreezeAsync();

    public Task ThawNodeAsync(int node) => _nodes[node]!.ThawAsync();

    /// <summary>At the same address as before.</summary>
    /// <exception cref="ObjectDisposedException">The tests are over, and nothing must be left of them.</exception>
    public Task StartNodeAsync(int node)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _starting[node] = StartNodeProcessAsync(node);
    }

    /// <summary>Waits until every node says that it can serve.</summary>
    public Task UntilReadyAsync() => Task.WhenAll(Nodes.Select((node, index) => Pause.UntilAsync(
        async () => (await node.GetAsync(OperatorKey, "/health/ready")).IsGood, Patience, $"Node {index} is ready")));

    /// <summary>How long until every node answers a request of that key with that status.</summary>
    public async Task<TimeSpan> UntilEverywhereAsync(string key, string path, int status, TimeSpan patience)
    {
        var start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Nodes.Select((node, index) => Pause.UntilAsync(
            async () => (await node.GetAsync(key, path)).Status == status, patience, $"Node {index} answers {path} with {status}")));
        return TimeProvider.System.GetElapsedTime(start);
    }

    /// <summary>What the nodes have logged that is a bug and no outage.</summary>
    public IReadOnlyList<string> LoggedBugs() =>
    [
        .. Directory.EnumerateFiles(_folder, "*.log").SelectMany(file => ReadShared(file)
            .Where(line => line.Contains("Unhandled exception", StringComparison.Ordinal) || line.Contains("call records are lost", StringComparison.Ordinal))
            .Select(line => $"{Path.GetFileName(file)}: {line}")),
    ];

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await Task.WhenAll(_starting).ContinueWith(static _ => { }, TaskScheduler.Default);
        foreach (var caller in _callers)
            caller.Dispose();
        _operator?.Dispose();
        if (_nginx is not null)
            await _nginx.DisposeAsync();
        foreach (var node in _nodes)
        {
            if (node is not null)
                await node.DisposeAsync();
        }

        foreach (var upstream in _upstreams)
            await upstream.DisposeAsync();
        if (Redis is not null)
            await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static IEnumerable<string> ReadShared(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private async Task StartPartsAsync()
    {
        await Postgres.StartAsync();
        Books = new Books(Postgres);
        Redis = await TestRedis.StartAsync();

        // The first one makes the tables.
        await StartNodeAsync(0);
        await Task.WhenAll(Enumerable.Range(1, NodeCount - 1).Select(StartNodeAsync));
        _nginx = await Nginx.StartAsync([.. _nodes.Select(node => node!.Address)]);

        _operator = SaasLlmClient.Connect(new SaasLlmClientOptions { BaseAddress = _nginx.Address, ApiKey = OperatorKey });
        Front = new Caller(_nginx.Address);
        Nodes = [.. _nodes.Select(node => new Caller(node!.Address))];
        _callers.AddRange([Front, .. Nodes]);
    }

    private async Task StartNodeProcessAsync(int node)
    {
        if (_nodes[node] is { } dead)
            await dead.DisposeAsync();
        _nodes[node] = null;
        var log = new StreamWriter(Path.Combine(_folder, $"node-{node}.log"), append: true) { AutoFlush = true };
        _nodes[node] = await ServiceProcess.StartAtAsync(
            _ports[node],
            log,
            Postgres.ConnectionString,
            $"Redis:ConnectionString={Redis.ConnectionString}",
            "Jobs:SweepIntervalSeconds=1",

            // A machine that builds and tests other things meanwhile lets everyone wait longer than the default, and a node that
            // waits no longer keeps a part of each limit for itself.
            "Redis:TimeoutMs=250");
    }

    private async Task CreateCatalogAsync()
    {
        var latency = TimeSpan.FromMilliseconds(10);
        await ServeAsync(PlainGroup, UpstreamScript.Good().After(latency));
        await ServeAsync(StreamGroup, UpstreamScript
            .Stream(UpstreamScript.Text("hel"), UpstreamScript.Text("lo"), UpstreamScript.Finish(), UpstreamScript.Usage(9, 3), UpstreamScript.Done)
            .After(latency));
        Held = await ServeAsync(HeldGroup, UpstreamScript.Good());
        Held.Remembers = true;
    }

    private async Task<FakeUpstream> ServeAsync(string group, UpstreamScript script)
    {
        var upstream = await FakeUpstream.StartAsync(script);
        _upstreams.Add(upstream);
        upstream.Remembers = false;
        await _operator.ServeModelAsync(group, upstream, Upstreams.PlainPrices);
        await _operator.CreateModelGroupAsync(new CreateModelGroup { GroupName = group, Models = [new ModelGroupEntry { ModelName = group, Priority = 0 }] });
        return upstream;
    }

    private async Task CreateTeamsAsync()
    {
        for (var organization = 0; organization < OrganizationCount; organization++)
            await _operator.CreateOrganizationAsync(new CreateOrganization { OrganizationId = $"org-{organization}", Name = "Test" });

        var teams = new Team[TeamCount];
        await Parallel.ForAsync(0, TeamCount, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (index, _) =>
        {
            var limited = index % 10 == 0;
            teams[index] = await CreateTeamAsync(
                $"team-{index}", $"org-{index % OrganizationCount}", CreditsPerTeam, rpmLimit: limited ? 12 : null, maxParallel: limited ? 2 : null);
        });
        Teams = teams;
    }

    private async Task<Team> CreateTeamAsync(string teamId, string organizationId, decimal credits, int? rpmLimit, int? maxParallel)
    {
        var created = await _operator.CreateTeamAsync(new CreateTeam
        {
            OrganizationId = organizationId,
            TeamId = teamId,
            ModelGroups = [PlainGroup, StreamGroup, HeldGroup],
            CreditsAllocated = credits,
            RpmLimit = rpmLimit,
            MaxParallel = maxParallel,
        });
        return new Team(teamId, created.VirtualKey!, credits);
    }
}
