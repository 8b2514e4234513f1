using Npgsql;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Organizations;

internal sealed class OrganizationRepository(PostgresSession session) : IOrganizationRepository
{
    // A deleted organization still has the teams, jobs and transfers of its time; creating it again revives the row.
    public async Task<Result<OrganizationResponse>> CreateAsync(CreateOrganization organization, CancellationToken cancellationToken)
    {
        try
        {
            var created = await session.QuerySingleOrDefaultAsync<OrganizationResponse>(
                """
                insert into organizations (organization_id, name, tier, subscribed, metadata, rpm_limit, tpm_limit, max_parallel, burst_limit)
                values (
                    @OrganizationId, @Name, nullif(@Tier, ''), coalesce(@Subscribed, false), coalesce(@Metadata, '{}')::jsonb, @RpmLimit, @TpmLimit,
                    @MaxParallel, @BurstLimit)
                on conflict (organization_id) do update
                set name = excluded.name,
                    tier = excluded.tier,
                    tier_since = now(),
                    subscribed = excluded.subscribed,
                    metadata = excluded.metadata,
                    rpm_limit = excluded.rpm_limit,
                    tpm_limit = excluded.tpm_limit,
                    max_parallel = excluded.max_parallel,
                    burst_limit = excluded.burst_limit,
                    status = 'active',
                    created_at = now(),
                    updated_at = now()
                where organizations.status = 'deleted'
                returning organization_id, name, status, tier, tier_since, subscribed, rpm_limit, tpm_limit, max_parallel, burst_limit, metadata, created_at, updated_at
                """,
                organization,
                cancellationToken);
            return created is null ? OrganizationsErrors.AlreadyExists(organization.OrganizationId!) : created;
        }
        catch (PostgresException exception) when (IsUnknownTier(exception))
        {
            return OrganizationsErrors.UnknownTier(organization.Tier!);
        }
    }

    public Task<OrganizationResponse?> GetAsync(string organizationId, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<OrganizationResponse>(
            """
            select organization_id, name, status, tier, tier_since, subscribed, rpm_limit, tpm_limit, max_parallel, burst_limit, metadata, created_at, updated_at
            from organizations
            where organization_id = @organizationId
              and status <> 'deleted'
            """,
            new { organizationId },
            cancellationToken);

    public async Task<Page<OrganizationResponse>> ListAsync(PageStart start, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<OrganizationResponse>(
            """
            select organization_id, name, status, tier, tier_since, subscribed, rpm_limit, tpm_limit, max_parallel, burst_limit, metadata, created_at, updated_at
            from organizations
            where status <> 'deleted'
              and (@After is null or organization_id > @After)
            order by organization_id
            limit @Limit + 1
            """,
            start,
            cancellationToken);
        return Page<OrganizationResponse>.Of(rows, start.Limit, row => row.OrganizationId);
    }

    public async Task<Result<OrganizationResponse>> UpdateAsync(UpdateOrganization change, CancellationToken cancellationToken)
    {
        try
        {
            var updated = await session.QuerySingleOrDefaultAsync<OrganizationResponse>(
                """
                update organizations
                set name = coalesce(@Name, name),
                    tier = nullif(coalesce(@Tier, tier), ''),
                    tier_since = case when nullif(coalesce(@Tier, tier), '') is distinct from tier then now() else tier_since end,
                    subscribed = coalesce(@Subscribed, subscribed),
                    metadata = coalesce(@Metadata::jsonb, metadata),
                    rpm_limit = nullif(coalesce(@RpmLimit, rpm_limit), 0),
                    tpm_limit = nullif(coalesce(@TpmLimit, tpm_limit), 0),
                    max_parallel = nullif(coalesce(@MaxParallel, max_parallel), 0),
                    burst_limit = nullif(coalesce(@BurstLimit, burst_limit), 0),
                    updated_at = now()
                where organization_id = @OrganizationId
                  and status <> 'deleted'
                returning organization_id, name, status, tier, tier_since, subscribed, rpm_limit, tpm_limit, max_parallel, burst_limit, metadata, created_at, updated_at
                """,
                change,
                cancellationToken);
            return updated is null ? OrganizationsErrors.NotFound(change.OrganizationId) : updated;
        }
        catch (PostgresException exception) when (LimitGuard.Refused(exception))
        {
            return LimitsErrors.BurstWithoutRate();
        }
        catch (PostgresException exception) when (IsUnknownTier(exception))
        {
            return OrganizationsErrors.UnknownTier(change.Tier!);
        }
    }

    public Task<OrganizationResponse?> SetStatusAsync(string organizationId, string status, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<OrganizationResponse>(
            """
            update organizations
            set status = @status,
                updated_at = case when status = @status then updated_at else now() end
            where organization_id = @organizationId
              and status <> 'deleted'
            returning organization_id, name, status, tier, tier_since, subscribed, rpm_limit, tpm_limit, max_parallel, burst_limit, metadata, created_at, updated_at
            """,
            new { organizationId, status },
            cancellationToken);

    // "for update" and not less: it makes the foreign key check of a team that is being created wait, and waits for one that is not committed yet.
    public async Task<bool> LockAsync(string organizationId, CancellationToken cancellationToken) =>
        await session.QuerySingleOrDefaultAsync<string>(
            """
            select organization_id
            from organizations
            where organization_id = @organizationId
              and status <> 'deleted'
            for update
            """,
            new { organizationId },
            cancellationToken) is not null;

    public Task<bool> HasTeamsAsync(string organizationId, CancellationToken cancellationToken) =>
        session.QuerySingleAsync<bool>(
            """
            select exists (
                select 1
                from teams
                where organization_id = @organizationId
                  and status <> 'deleted')
            """,
            new { organizationId },
            cancellationToken);

    public async Task DeleteAsync(string organizationId, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(
            """
            delete from provider_credentials
            where organization_id = @organizationId
            """,
            new { organizationId },
            cancellationToken);

        // Another organization may take the id; nobody must belong to it already.
        await session.ExecuteAsync(
            """
            with removed_keys as (
                delete from user_api_keys
                where organization_id = @organizationId
            ),
            freed_sessions as (
                update user_sessions
                set organization_id = null
                where organization_id = @organizationId
            )
            delete from organization_members
            where organization_id = @organizationId
            """,
            new { organizationId },
            cancellationToken);
        await session.ExecuteAsync(
            """
            delete from byok_keys
            where organization_id = @organizationId
            """,
            new { organizationId },
            cancellationToken);
        await session.ExecuteAsync(
            """
            with removed as (
                delete from webhooks
                where organization_id = @organizationId
                returning webhook_id
            )
            delete from webhook_deliveries
            using removed
            where webhook_deliveries.webhook_id = removed.webhook_id
            """,
            new { organizationId },
            cancellationToken);
        await session.ExecuteAsync(
            """
            update organizations
            set status = 'deleted',
                updated_at = now()
            where organization_id = @organizationId
            """,
            new { organizationId },
            cancellationToken);
    }

    private static bool IsUnknownTier(PostgresException exception) =>
        exception.SqlState == PostgresErrorCodes.ForeignKeyViolation && exception.ConstraintName == "organizations_tier_is_known";
}
