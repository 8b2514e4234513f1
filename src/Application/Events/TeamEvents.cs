using SaasLlm.Application.Ports;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Teams;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Application.Events;

/// <summary>What is told of a team, or of all teams of an organization, that was stopped or works again.</summary>
/// <param name="Status"><c>active</c>, <c>suspended</c> or <c>paused</c>.</param>
/// <param name="Scope"><c>team</c>; <c>organization</c> where all of its teams are meant, and <c>team_id</c> is null.</param>
public sealed record TeamStatusData(string Status, string Scope);

/// <summary>What is told of a team's key.</summary>
/// <param name="KeyId">Of a rotation: the new key.</param>
/// <param name="ReplacedKeyId">Of a rotation: the old key; else null.</param>
/// <param name="Name">Null where the key was revoked.</param>
/// <param name="Display">The masked key; null where it was revoked.</param>
/// <param name="ExpiresAt">Null: never.</param>
public sealed record TeamKeyData(Guid KeyId, Guid? ReplacedKeyId, string? Name, string? Display, DateTimeOffset? ExpiresAt);

internal static class TeamEvents
{
    public static GatewayEvent StatusChanged(Team team) => team.Status switch
    {
        TeamStatus.Suspended => Of(EventTypes.TeamSuspended, team.OrganizationId, team.TeamId, "suspended"),
        TeamStatus.Paused => Of(EventTypes.TeamPaused, team.OrganizationId, team.TeamId, "paused"),
        _ => Of(EventTypes.TeamResumed, team.OrganizationId, team.TeamId, "active"),
    };

    public static GatewayEvent OrganizationSuspended(string organizationId) => Of(EventTypes.TeamSuspended, organizationId, null, "suspended");

    public static GatewayEvent OrganizationResumed(string organizationId) => Of(EventTypes.TeamResumed, organizationId, null, "active");

    public static GatewayEvent KeyCreated(string organizationId, TeamKeyResponse key) =>
        new(EventTypes.KeyCreated, organizationId, key.TeamId, new TeamKeyData(key.KeyId, null, key.Name, key.Display, key.ExpiresAt));

    public static GatewayEvent KeyRotated(string organizationId, TeamKeyResponse key, Guid replaced) =>
        new(EventTypes.KeyRotated, organizationId, key.TeamId, new TeamKeyData(key.KeyId, replaced, key.Name, key.Display, key.ExpiresAt));

    public static GatewayEvent KeyRevoked(Team team, Guid keyId) =>
        new(EventTypes.KeyRevoked, team.OrganizationId, team.TeamId, new TeamKeyData(keyId, null, null, null, null));

    private static GatewayEvent Of(string type, string organizationId, string? teamId, string status) =>
        new(type, organizationId, teamId, new TeamStatusData(status, teamId is null ? "organization" : "team"));
}
