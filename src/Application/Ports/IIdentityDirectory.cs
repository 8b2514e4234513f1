using SaasLlm.Domain.Organizations;

namespace SaasLlm.Application.Ports;

/// <summary>What a request needs to know of a user and of an organization; cached on each node and dropped when it changes.</summary>
public interface IIdentityDirectory
{
    /// <summary>The user of a usable API key (not revoked, not expired); null where there is none. Notes that the key was used.</summary>
    /// <param name="keyHash">Lower-case hex of the key's SHA-256.</param>
    ValueTask<UserKeyAccess?> FindByKeyAsync(string keyHash, CancellationToken cancellationToken);

    /// <summary>The user of a session that has neither ended nor expired; null where there is none.</summary>
    /// <param name="tokenHash">Lower-case hex of the SHA-256 of its token.</param>
    ValueTask<SessionAccess?> FindBySessionAsync(string tokenHash, CancellationToken cancellationToken);

    /// <summary>The id of the user who is known by this login; null where none is.</summary>
    ValueTask<string?> FindByLoginAsync(ExternalLogin login, CancellationToken cancellationToken);

    /// <summary>Null where there is no such user, or one that is disabled or deleted.</summary>
    ValueTask<UserAccess?> FindUserAsync(string userId, CancellationToken cancellationToken);

    /// <summary>Null where there is no such organization, or it is deleted.</summary>
    ValueTask<OrganizationAccess?> FindOrganizationAsync(string organizationId, CancellationToken cancellationToken);
}

/// <summary>An organization as the edge sees it.</summary>
/// <param name="Active">False: suspended.</param>
public sealed record OrganizationAccess(string OrganizationId, bool Active);

/// <summary>A user who may call.</summary>
/// <param name="Memberships">The oldest first.</param>
public sealed record UserAccess(string UserId, bool IsOperator, IReadOnlyList<Membership> Memberships)
{
    public Membership? In(string organizationId)
    {
        foreach (var membership in Memberships)
        {
            if (membership.OrganizationId == organizationId)
                return membership;
        }

        return null;
    }
}

/// <summary>That a user belongs to an organization.</summary>
/// <param name="OrganizationActive">False: the organization is suspended.</param>
public sealed record Membership(string OrganizationId, OrganizationRole Role, bool OrganizationActive);

/// <summary>A usable API key of a user.</summary>
/// <param name="OrganizationId">Whose wallet pays.</param>
public readonly record struct UserKeyAccess(UserAccess User, string OrganizationId);

/// <summary>A session that has not ended.</summary>
/// <param name="OrganizationId">The organization chosen at sign-in; null: the user's first.</param>
/// <param name="OperatorClaimed">The identity provider said at sign-in that the user is an operator.</param>
public readonly record struct SessionAccess(UserAccess User, string? OrganizationId, bool OperatorClaimed);
