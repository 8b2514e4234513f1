using SaasLlm.Application.Alerts;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>What operators and customers were warned of, and at which credits they are.</summary>
public interface IAlertRepository
{
    /// <summary>Newest first.</summary>
    Task<Page<AlertResponse>> ListAsync(AlertFilter filter, PageStart page, CancellationToken cancellationToken);

    /// <summary>Null where there is no such wallet.</summary>
    Task<CreditAlertsResponse?> GetCreditAlertsAsync(CreditAlertsOwner owner, CancellationToken cancellationToken);

    /// <summary>Changes what is given; null where there is no such wallet. An organization's percentages hold for its users' allocations too.</summary>
    Task<CreditAlertsResponse?> SetCreditAlertsAsync(CreditAlertsChange change, CancellationToken cancellationToken);
}

/// <summary>Null: any.</summary>
public sealed record AlertFilter(string? Kind, string? OrganizationId, string? TeamId);

/// <summary>A team's wallet, or an organization's pool: one of the two is null.</summary>
public sealed record CreditAlertsOwner(string? TeamId, string? OrganizationId);

/// <param name="Percentages">Ascending; null: as they are.</param>
/// <param name="CreditsBelow">0: do not warn; null: as it is.</param>
public sealed record CreditAlertsChange(CreditAlertsOwner Owner, IReadOnlyList<decimal>? Percentages, decimal? CreditsBelow);
