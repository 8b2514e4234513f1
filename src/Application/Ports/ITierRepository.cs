using SaasLlm.Application.Shared;
using SaasLlm.Application.Tiers;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Tiers of the LLM API.</summary>
public interface ITierRepository
{
    /// <summary>Null where the name is taken.</summary>
    Task<TierResponse?> CreateAsync(CreateTier tier, CancellationToken cancellationToken);

    Task<TierResponse?> GetAsync(string tierName, CancellationToken cancellationToken);

    Task<Page<TierResponse>> ListAsync(PageStart start, CancellationToken cancellationToken);

    /// <summary>Changes what is not null; 0 and an empty text remove. Fails where there is none of that name, or only half a trial would be left.</summary>
    Task<Result<TierResponse>> UpdateAsync(UpdateTier change, CancellationToken cancellationToken);

    /// <summary>Keeps organizations from getting the tier until the transaction ends. False where there is none of that name.</summary>
    Task<bool> LockAsync(string tierName, CancellationToken cancellationToken);

    /// <summary>At most ten of them.</summary>
    Task<IReadOnlyList<string>> OrganizationsUsingAsync(string tierName, CancellationToken cancellationToken);

    Task DeleteAsync(string tierName, CancellationToken cancellationToken);
}
