using System.Text.Json;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Organizations;

internal sealed class OrganizationRepository(PostgresSession session) : IOrganizationRepository
{
    public Task<OrganizationResponse?> CreateAsync(
        string organizationId, string name, string? tier, JsonElement? metadata, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<OrganizationResponse>(
            """
            insert into organizations (organization_id, name, tier, metadata)
            values (@organizationId, @name, @tier, coalesce(@metadata, '{}')::jsonb)
            on conflict (organization_id) do nothing
            returning organization_id, name, status, tier, metadata, created_at, updated_at
            """,
            new { organizationId, name, tier, metadata },
            cancellationToken);

    public Task<OrganizationResponse?> GetAsync(string organizationId, CancellationToken cancellationToken) => throw new NotSupportedException();
}
