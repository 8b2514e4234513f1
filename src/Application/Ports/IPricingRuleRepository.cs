using SaasLlm.Application.Shared;
using SaasLlm.Domain.Pricing;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Pricing rules, and the jobs that they are tried on.</summary>
public interface IPricingRuleRepository
{
    /// <summary>Fails where there is no such team or organization.</summary>
    Task<Result<PricingRule>> CreateAsync(PricingRule rule, CancellationToken cancellationToken);

    Task<PricingRule?> GetAsync(Guid pricingRuleId, CancellationToken cancellationToken);

    /// <summary>Newest first. The page's key is a rule's id.</summary>
    Task<Page<PricingRule>> ListAsync(PricingRuleFilter filter, PageStart start, CancellationToken cancellationToken);

    /// <summary>Lets a rule end now, or never begin; one that has ended before stays as it is. Null where there is none.</summary>
    Task<PricingRule?> EndAsync(Guid pricingRuleId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The jobs created in the month that customers are billed for (refunded ones are not), in no particular order, read as they are asked for.</summary>
    IAsyncEnumerable<BilledJobCost> StreamJobsAsync(CalendarMonth month, string? organizationId, string? teamId, CancellationToken cancellationToken);
}

/// <summary>Which rules to list; null: whatever it is.</summary>
/// <param name="ActiveAt">Those in force at that moment which no newer one of their scope has replaced.</param>
public sealed record PricingRuleFilter(string? TeamId, string? OrganizationId, string? JobType, DateTimeOffset? ActiveAt);

/// <summary>A job, and what it came to.</summary>
/// <param name="PriceUsd">What was billed for it; null: no rule said.</param>
/// <param name="CostUsd">What its calls cost at the providers, late ones too.</param>
public readonly record struct BilledJobCost(BilledJob Job, decimal? PriceUsd, decimal CostUsd);
