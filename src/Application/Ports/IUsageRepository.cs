using SaasLlm.Application.Usage;

namespace SaasLlm.Application.Ports;

/// <summary>Sums over jobs and calls.</summary>
public interface IUsageRepository
{
    /// <summary>What a team, or all teams of an organization, used within a period (by the jobs' creation).</summary>
    /// <param name="teamId">One of the two ids is given, the other is null.</param>
    Task<UsageFigures> GetAsync(string? teamId, string? organizationId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}
