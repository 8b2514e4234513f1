using System.Text.Json.Serialization;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Alerts;

/// <summary>At which credits a wallet warns. That its credits are used up is told always.</summary>
public sealed record CreditAlertsResponse
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TeamId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OrganizationId { get; init; }

    /// <summary>Per cent of the allocated credits that are used, ascending; default 80 and 95.</summary>
    public required decimal[] Percentages { get; init; }

    /// <summary>Fewer credits remaining than this; null: no such warning.</summary>
    public decimal? CreditsBelow { get; init; }
}

internal static class CreditAlertsAccess
{
    /// <summary>Null where the caller may see it.</summary>
    public static Error? Refusal(Caller caller, CreditAlertsOwner owner)
    {
        if (owner.OrganizationId is { } organizationId)
            return OrganizationManagement.Refusal(caller, organizationId);

        return caller.MayUse(owner.TeamId!) ? null : TeamsErrors.NotYourTeam();
    }

    public static Error NotFound(CreditAlertsOwner owner) =>
        owner.OrganizationId is { } organizationId ? OrganizationsErrors.NotFound(organizationId) : CreditsErrors.WalletNotFound(owner.TeamId!);
}
