using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Application.Live;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Background;

namespace SaasLlm.Infrastructure.Live;

/// <summary>Tells the listeners of this node once a second what changed, each thing once; while there are none it rests.</summary>
internal sealed class LiveRelay(LiveFeed feed, NpgsqlDataSource dataSource, TimeProvider time, ILogger<LiveRelay> logger)
    : PeriodicWorker(Interval, time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Nobody announces that a job begins: the newest are looked for, as far back as clocks and commits of nodes may differ.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromSeconds(3);

    private HashSet<Guid> _begun = [];

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!feed.IsHeard)
            return;

        var news = feed.Take();
        var changes = new List<LiveChange>();
        var told = false;
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            if (!await AddJobsAsync(connection, news, changes, cancellationToken) || news.IsIncomplete)
                changes = [LiveChange.Refresh];
            else
                await AddOthersAsync(connection, news, changes, cancellationToken);
            feed.Tell(changes);
            told = true;
        }
        finally
        {
            // What was taken and not told is found by asking for everything.
            if (!told)
                feed.DropAll();
        }
    }

    /// <summary>The jobs that ended or began. False: they are too many to be told one by one.</summary>
    private async Task<bool> AddJobsAsync(NpgsqlConnection connection, LiveNews news, List<LiveChange> changes, CancellationToken cancellationToken)
    {
        var since = Time.GetUtcNow() - LookBack;
        var rows = (await connection.QueryAsync<JobRow>(new CommandDefinition(
            """
            (
                select job_id, team_id, false as ended
                from jobs
                where job_id >= uuid_floor(@since)
                order by job_id desc
                limit @limit
            )
            union all
            select job_id, team_id, true
            from jobs
            where job_id = any (@ended)
            """,
            new { since, limit = LiveFeed.MostAtOnce, ended = news.Jobs.ToArray() },
            cancellationToken: cancellationToken))).AsList();

        var begun = rows.Where(row => !row.Ended).Select(row => row.JobId).ToHashSet();
        var changed = rows.Where(row => row.Ended || !_begun.Contains(row.JobId)).ToArray();
        _begun = begun;
        if (begun.Count == LiveFeed.MostAtOnce)
            return false;

        // A job's beginning holds credits, and its end takes them or gives them back.
        changes.AddRange(changed.DistinctBy(row => row.JobId).Select(row => new LiveChange { Type = "job", TeamId = row.TeamId, JobId = row.JobId }));
        foreach (var row in changed)
            news.Others.Add((ChangedThing.Credits, row.TeamId));
        return true;
    }

    private static async Task AddOthersAsync(NpgsqlConnection connection, LiveNews news, List<LiveChange> changes, CancellationToken cancellationToken)
    {
        foreach (var (thing, id) in news.Others)
        {
            changes.Add(thing switch
            {
                ChangedThing.Credits => new LiveChange { Type = "credits", TeamId = id },
                ChangedThing.Pool => new LiveChange { Type = "credits", OrganizationId = id },
                ChangedThing.Organization => new LiveChange { Type = "team", OrganizationId = id },
                _ => new LiveChange { Type = "team", TeamId = id },
            });
        }

        if (news.Alerts.Count == 0)
            return;

        var alerts = await connection.QueryAsync<AlertRow>(new CommandDefinition(
            """
            select alert_id, organization_id, team_id
            from alerts
            where alert_id = any (@alerts)
            """,
            new { alerts = news.Alerts.ToArray() },
            cancellationToken: cancellationToken));
        changes.AddRange(alerts.Select(alert =>
            new LiveChange { Type = "alert", AlertId = alert.AlertId, TeamId = alert.TeamId, OrganizationId = alert.OrganizationId }));
    }

    private sealed record JobRow
    {
        public Guid JobId { get; init; }

        public string TeamId { get; init; } = "";

        public bool Ended { get; init; }
    }

    private sealed record AlertRow
    {
        public Guid AlertId { get; init; }

        public string? OrganizationId { get; init; }

        public string? TeamId { get; init; }
    }
}
