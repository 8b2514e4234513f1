using System.Text.Json.Serialization;
using SaasLlm.Application.Ports;

namespace SaasLlm.Application.Identities;

/// <summary>Who is signed in.</summary>
public sealed record AccountResponse
{
    /// <summary><c>operator</c>, <c>team</c>, <c>service</c> or <c>user</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Null for the holder of an operator's or a team's key.</summary>
    public string? UserId { get; init; }

    public string? Email { get; init; }

    public required string Name { get; init; }

    /// <summary>The team whose key was shown; its own credits pay. Null for everybody else.</summary>
    public string? TeamId { get; init; }

    /// <summary>The organization whose credits pay; null: none does.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>The role there: <c>owner</c>, <c>admin</c> or <c>member</c>.</summary>
    public string? Role { get; init; }

    /// <summary>All organizations of the user; choose one with the header <c>X-Organization-Id</c>.</summary>
    public required IReadOnlyList<AccountMembership> Organizations { get; init; }

    /// <summary>To be sent as <c>X-CSRF-Token</c> with every request of this session that changes something.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CsrfToken { get; init; }
}

/// <param name="Role"><c>owner</c>, <c>admin</c> or <c>member</c>.</param>
/// <param name="Status"><c>active</c> or <c>suspended</c>.</param>
public sealed record AccountMembership(string OrganizationId, string Role, string Status)
{
    internal static AccountMembership Of(Membership membership) =>
        new(membership.OrganizationId, RoleNames.Of(membership.Role), membership.OrganizationActive ? "active" : "suspended");
}
