using Dapper;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Teams;
using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Jobs;

/// <summary>Whose a job is and whether it is open, from this node's memory; dropped when the job ends.</summary>
internal sealed class JobDirectory(NpgsqlDataSource dataSource, IListenerState listener, TimeProvider time) : IJobDirectory, IInvalidated
{
    private const int Capacity = 100_000;

    private readonly InvalidatedCache<Guid, JobHeader> _jobs = new(listener, time, Capacity, TimeSpan.Zero);

    public ValueTask<JobHeader?> FindAsync(Guid jobId, CancellationToken cancellationToken) =>
        _jobs.GetAsync(jobId, this, static (self, id, token) => self.LoadAsync(id, token), cancellationToken);

    /// <summary>A job that this node has just created, before its caller knows of it.</summary>
    public void Add(JobHeader job) => _jobs.Add(job.JobId, job);

    public void Drop(ChangedThing thing, string id)
    {
        if (thing == ChangedThing.Job && Guid.TryParse(id, out var jobId))
            _jobs.Drop(jobId);
    }

    public void DropAll() => _jobs.DropAll();

    private async Task<JobHeader?> LoadAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<HeaderRow>(new CommandDefinition(
            """
            select team_id, status, max_cost_usd is not null or max_calls is not null as capped, budget_mode, conversion_rate
            from jobs
            where job_id = @jobId
            """,
            new { jobId },
            cancellationToken: cancellationToken));
        return row is null
            ? null
            : new JobHeader(
                jobId,
                row.TeamId,
                JobStatusNames.Parse(row.Status),
                row.Capped,
                new JobTariff(BudgetModeNames.Parse(row.BudgetMode), row.ConversionRate ?? 0));
    }

    private sealed record HeaderRow
    {
        public string TeamId { get; init; } = "";

        public string Status { get; init; } = "";

        public bool Capped { get; init; }

        public string BudgetMode { get; init; } = "";

        public decimal? ConversionRate { get; init; }
    }
}
