using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Ports;

/// <summary>What a request needs to know of a team; cached on each node and dropped when it changes.</summary>
public interface ITeamDirectory
{
    /// <summary>The team of a usable key (not revoked, not expired); null where there is none.</summary>
    /// <param name="keyHash">Lower-case hex of the key's SHA-256.</param>
    ValueTask<KeyAccess?> FindByKeyAsync(string keyHash, CancellationToken cancellationToken);

    /// <summary>Null where there is no such team, or it is deleted.</summary>
    ValueTask<TeamAccess?> FindAsync(string teamId, CancellationToken cancellationToken);
}

/// <summary>A usable key.</summary>
/// <param name="Limits">The key's own limits; null: none.</param>
public readonly record struct KeyAccess(TeamAccess Team, RateScope? Limits);

/// <summary>A team as the hot path sees it.</summary>
public sealed record TeamAccess
{
    public required string TeamId { get; init; }

    public required string OrganizationId { get; init; }

    public required TeamStatus Status { get; init; }

    public required bool OrganizationActive { get; init; }

    /// <summary>Granted model groups, the default one first.</summary>
    public required IReadOnlyList<string> ModelGroups { get; init; }

    /// <summary>Granted access groups.</summary>
    public required IReadOnlyList<string> AccessGroups { get; init; }

    /// <summary>The team's limits; null: none.</summary>
    public RateScope? Limits { get; init; }

    /// <summary>The limits that all teams of its organization share; null: none.</summary>
    public RateScope? OrganizationLimits { get; init; }

    /// <summary>How long answers may serve again where neither the request nor the group says so, in seconds; null: not at all.</summary>
    public int? CacheTtlSeconds { get; init; }

    /// <summary>Why this team may not call now; null where it may.</summary>
    public Error? Refusal =>
        Status != TeamStatus.Active ? TeamsErrors.NotActive(Status)
        : OrganizationActive ? null
        : TeamsErrors.OrganizationNotActive();
}
