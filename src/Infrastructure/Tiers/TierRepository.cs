using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Tiers;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Tiers;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Tiers;

internal sealed class TierRepository(PostgresSession session) : ITierRepository
{
    /// <summary>The table's rule that a trial has both its calls and its days.</summary>
    private const string TrialRule = "tiers_check";

    public Task<TierResponse?> CreateAsync(CreateTier tier, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<TierResponse>(
            """
            insert into tiers (
                tier_name, rank, daily_calls, monthly_calls, trial_calls, trial_days, markup_percent, credits_per_month, default_model)
            values (
                @TierName, @Rank, @DailyCalls, @MonthlyCalls, @TrialCalls, @TrialDays, coalesce(@MarkupPercent, 0), @CreditsPerMonth,
                nullif(@DefaultModel, ''))
            on conflict (tier_name) do nothing
            returning
                tier_name, rank, daily_calls, monthly_calls, trial_calls, trial_days, markup_percent, credits_per_month, default_model,
                created_at, updated_at
            """,
            tier,
            cancellationToken);

    public Task<TierResponse?> GetAsync(string tierName, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<TierResponse>(
            """
            select
                tier_name, rank, daily_calls, monthly_calls, trial_calls, trial_days, markup_percent, credits_per_month, default_model,
                created_at, updated_at
            from tiers
            where tier_name = @tierName
            """,
            new { tierName },
            cancellationToken);

    public async Task<Page<TierResponse>> ListAsync(PageStart start, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<TierResponse>(
            """
            select
                tier_name, rank, daily_calls, monthly_calls, trial_calls, trial_days, markup_percent, credits_per_month, default_model,
                created_at, updated_at
            from tiers
            where @After is null or tier_name > @After
            order by tier_name
            limit @Limit + 1
            """,
            start,
            cancellationToken);
        return Page<TierResponse>.Of(rows, start.Limit, row => row.TierName);
    }

    public async Task<Result<TierResponse>> UpdateAsync(UpdateTier change, CancellationToken cancellationToken)
    {
        try
        {
            var updated = await session.QuerySingleOrDefaultAsync<TierResponse>(
                """
                update tiers
                set rank = coalesce(@Rank, rank),
                    daily_calls = nullif(coalesce(@DailyCalls, daily_calls), 0),
                    monthly_calls = nullif(coalesce(@MonthlyCalls, monthly_calls), 0),
                    trial_calls = nullif(coalesce(@TrialCalls, trial_calls), 0),
                    trial_days = nullif(coalesce(@TrialDays, trial_days), 0),
                    markup_percent = coalesce(@MarkupPercent, markup_percent),
                    credits_per_month = nullif(coalesce(@CreditsPerMonth, credits_per_month), 0),
                    default_model = nullif(coalesce(@DefaultModel, default_model), ''),
                    updated_at = now()
                where tier_name = @TierName
                returning
                    tier_name, rank, daily_calls, monthly_calls, trial_calls, trial_days, markup_percent, credits_per_month, default_model,
                    created_at, updated_at
                """,
                change,
                cancellationToken);
            return updated is null ? TiersErrors.NotFound(change.TierName) : updated;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.CheckViolation && exception.ConstraintName == TrialRule)
        {
            return TiersErrors.HalfATrial();
        }
    }

    // "for update" and not less: it makes the foreign key check of an organization that is to get the tier wait.
    public async Task<bool> LockAsync(string tierName, CancellationToken cancellationToken) =>
        await session.QuerySingleOrDefaultAsync<string>(
            """
            select tier_name
            from tiers
            where tier_name = @tierName
            for update
            """,
            new { tierName },
            cancellationToken) is not null;

    public Task<IReadOnlyList<string>> OrganizationsUsingAsync(string tierName, CancellationToken cancellationToken) =>
        session.QueryAsync<string>(
            """
            select organization_id
            from organizations
            where tier = @tierName
            and status <> 'deleted'
            order by organization_id
            limit 10
            """,
            new { tierName },
            cancellationToken);

    public async Task DeleteAsync(string tierName, CancellationToken cancellationToken)
    {
        // Deleted organizations are still rows that refer to it.
        await session.ExecuteAsync(
            """
            update organizations
            set tier = null
            where tier = @tierName
            and status = 'deleted'
            """,
            new { tierName },
            cancellationToken);
        await session.ExecuteAsync(
            """
            delete from tiers
            where tier_name = @tierName
            """,
            new { tierName },
            cancellationToken);
    }
}
