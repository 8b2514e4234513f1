using SaasLlm.Application.Shared;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Ports;

/// <summary>How the insertion of a team ended.</summary>
public enum TeamCreation
{
    Created,
    AlreadyExists,
    UnknownOrganization,
}

/// <summary>Teams, their grants and their keys. Deleted teams are not found by any of these.</summary>
public interface ITeamRepository
{
    Task<TeamCreation> CreateAsync(CreateTeam team, CancellationToken cancellationToken);

    /// <summary>Replaces the grants that are given (null: leave as they are). A validation error names what does not exist.</summary>
    Task<Error?> GrantAsync(string teamId, string[]? modelGroups, string[]? accessGroups, CancellationToken cancellationToken);

    /// <summary>With <see cref="TeamResponse.UsageSummary"/> and the newest key masked.</summary>
    Task<TeamResponse?> GetAsync(string teamId, CancellationToken cancellationToken);

    /// <param name="organizationId">Only this organization's; null: all.</param>
    Task<Page<TeamResponse>> ListAsync(string? organizationId, PageStart page, CancellationToken cancellationToken);

    /// <summary>Null where it is done; else that there is no such team, or what is wrong with its limits then.</summary>
    Task<Error?> UpdateAsync(UpdateTeam change, CancellationToken cancellationToken);

    /// <summary>The team with its row locked; null where there is none.</summary>
    Task<Team?> LockAsync(string teamId, CancellationToken cancellationToken);

    Task SaveStatusAsync(Team team, CancellationToken cancellationToken);

    /// <summary>Marks the team deleted and revokes its keys; false where jobs are still running. Gives the hashes of the keys it revoked.</summary>
    Task<IReadOnlyList<string>?> DeleteAsync(string teamId, CancellationToken cancellationToken);

    /// <param name="made">What its maker asked for; limits as null or above zero.</param>
    Task<TeamKeyResponse> AddKeyAsync(string teamId, VirtualKey key, CreateTeamKey made, CancellationToken cancellationToken);

    /// <summary>Adds a key with the name and the limits of another, which it shares with it.</summary>
    Task<TeamKeyResponse> AddKeyAsync(string teamId, VirtualKey key, Guid likeKeyId, CancellationToken cancellationToken);

    /// <summary>Keys of a team, oldest first, revoked ones included.</summary>
    Task<IReadOnlyList<TeamKeyResponse>> ListKeysAsync(string teamId, CancellationToken cancellationToken);

    /// <summary>The usable key as it is now; else that there is none of that id, or what is wrong with its limits then.</summary>
    Task<Result<ChangedKey>> UpdateKeyAsync(UpdateTeamKey change, CancellationToken cancellationToken);

    /// <summary>Ends a usable key at the given time; gives its hash, null where there is no usable key of that id.</summary>
    Task<string?> EndKeyAsync(string teamId, Guid keyId, DateTimeOffset endsAt, CancellationToken cancellationToken);
}

/// <param name="Hash">Lower-case hex of its SHA-256.</param>
public sealed record ChangedKey(TeamKeyResponse Key, string Hash);
