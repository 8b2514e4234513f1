using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Ports;

/// <summary>What a request needs to know of a team; cached on each node and dropped when it changes.</summary>
public interface ITeamDirectory
{
    /// <summary>The team of a usable key (not revoked, not expired); null where there is none.</summary>
    /// <param name="keyHash">Lower-case hex of the key's SHA-256.</param>
    ValueTask<TeamAccess?> FindByKeyAsync(string keyHash, CancellationToken cancellationToken);

    /// <summary>Null where there is no such team, or it is deleted.</summary>
    ValueTask<TeamAccess?> FindAsync(string teamId, CancellationToken cancellationToken);
}

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

    /// <summary>Requests a minute; null: no limit.</summary>
    public int? RpmLimit { get; init; }

    /// <summary>Tokens a minute; null: no limit.</summary>
    public int? TpmLimit { get; init; }

    /// <summary>Calls at the same time; null: no limit.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>How long answers may serve again where neither the request nor the group says so, in seconds; null: not at all.</summary>
    public int? CacheTtlSeconds { get; init; }

    /// <summary>Why this team may not call now; null where it may.</summary>
    public Error? Refusal =>
        Status != TeamStatus.Active ? TeamsErrors.NotActive(Status)
        : OrganizationActive ? null
        : TeamsErrors.OrganizationNotActive();
}
