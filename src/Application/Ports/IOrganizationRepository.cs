using System.Text.Json;
using SaasLlm.Application.Organizations;

namespace SaasLlm.Application.Ports;

/// <summary>Organizations at rest.</summary>
public interface IOrganizationRepository
{
    /// <summary>Null where the id is taken.</summary>
    Task<OrganizationResponse?> CreateAsync(string organizationId, string name, string? tier, JsonElement? metadata, CancellationToken cancellationToken);

    Task<OrganizationResponse?> GetAsync(string organizationId, CancellationToken cancellationToken);
}
