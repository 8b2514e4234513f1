using System.Text.Json;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Organizations;

internal sealed class OrganizationRepository(PostgresSession session) : IOrganizationRepository
{
    // A deleted organization still has the teams, jobs and transfers of its time; creating it again revives the row.
    public Task<OrganizationResponse?> CreateAsync(
        string organizationId, string name, string? tier, JsonElement? metadata, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<OrganizationResponse>(
            """
            insert into organizations (organization_id, name, tier, metadata)
            values (@organizationId, @name, nullif(@tier, ''), coalesce(@metadata, '{}')::jsonb)
            on conflict (organization_id) do update
            set name = excluded.name,
                tier = excluded.tier,
                metadata = excluded.metadata,
                status = 'active',
                created_at = now(),
                updated_at = now()
            where organizations.status = 'deleted'
            returning organization_id, name, status, tier, metadata, created_at, updated_at
            """,
            new { organizationId, name, tier, metadata },
            cancellationToken);

    public Task<OrganizationResponse?> GetAsync(string organizationId, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<OrganizationResponse>(
            """
            select organization_id, name, status, tier, metadata, created_at, updated_at
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
            select organization_id, name, status, tier, metadata, created_at, updated_at
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

    public Task<OrganizationResponse?> UpdateAsync(
        string organizationId, string? name, string? tier, JsonElement? metadata, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<OrganizationResponse>(
            """
            update organizations
            set name = coalesce(@name, name),
                tier = nullif(coalesce(@tier, tier), ''),
                metadata = coalesce(@metadata::jsonb, metadata),
                updated_at = now()
            where organization_id = @organizationId
              and status <> 'deleted'
            returning organization_id, name, status, tier, metadata, created_at, updated_at
            """,
            new { organizationId, name, tier, metadata },
            cancellationToken);

    public Task<OrganizationResponse?> SetStatusAsync(string organizationId, string status, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<OrganizationResponse>(
            """
            update organizations
            set status = @status,
                updated_at = case when status = @status then updated_at else now() end
            where organization_id = @organizationId
              and status <> 'deleted'
            returning organization_id, name, status, tier, metadata, created_at, updated_at
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
}
