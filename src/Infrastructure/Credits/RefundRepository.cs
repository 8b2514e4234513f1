using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Credits;

internal sealed class RefundRepository(PostgresSession session) : IRefundRepository
{
    public async Task<ChargedJob?> LockAsync(string teamId, Guid jobId, CancellationToken cancellationToken)
    {
        var row = await session.QuerySingleOrDefaultAsync<ChargedRow>(
            """
            select credits_charged, refunded_at
            from jobs
            where job_id = @jobId
            and team_id = @teamId
            for no key update
            """,
            new { jobId, teamId },
            cancellationToken);
        return row is null ? null : new ChargedJob(row.CreditsCharged, row.RefundedAt);
    }

    public Task MarkAsync(Guid jobId, DateTimeOffset refundedAt, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            with queued as (
                insert into jobs_to_roll (job_id, sign)
                values (@jobId, -1)
            )
            update jobs
            set refunded_at = @refundedAt
            where job_id = @jobId
            """,
            new { jobId, refundedAt },
            cancellationToken);

    private sealed record ChargedRow
    {
        public decimal CreditsCharged { get; init; }

        public DateTimeOffset? RefundedAt { get; init; }
    }
}
