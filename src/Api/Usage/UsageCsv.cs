using SaasLlm.Api.Http;
using SaasLlm.Application.Usage;

namespace SaasLlm.Api.Usage;

/// <summary>Reports as CSV, with the names of their JSON.</summary>
internal static class UsageCsv
{
    /// <summary>For operators.</summary>
    public static CsvColumn<UsageLine>[] Lines { get; } =
    [
        new("starts_at", static line => line.StartsAt),
        new("organization_id", static line => line.OrganizationId),
        new("team_id", static line => line.TeamId),
        new("job_type", static line => line.JobType),
        new("model_group", static line => line.ModelGroup),
        new("model", static line => line.Model),
        new("provider", static line => line.Provider),
        new("user_id", static line => line.UserId),
        new("job_id", static line => line.JobId),
        new("total_jobs", static line => line.TotalJobs),
        new("successful_jobs", static line => line.SuccessfulJobs),
        new("failed_jobs", static line => line.FailedJobs),
        new("cancelled_jobs", static line => line.CancelledJobs),
        new("total_calls", static line => line.TotalCalls),
        new("failed_calls", static line => line.FailedCalls),
        new("total_tokens", static line => line.TotalTokens),
        new("total_cost_usd", static line => line.TotalCostUsd),
        new("credits_used", static line => line.CreditsUsed),
        new("revenue_usd", static line => line.RevenueUsd),
    ];

    /// <summary>What a team may see of itself as well: the figures of the JSON, by day and job type.</summary>
    public static CsvColumn<UsageLine>[] Days { get; } =
    [
        new("date", static line => DateOnly.FromDateTime(line.StartsAt!.Value.UtcDateTime).ToString("O")),
        new("job_type", static line => line.JobType),
        new("total_jobs", static line => line.TotalJobs),
        new("successful_jobs", static line => line.SuccessfulJobs),
        new("failed_jobs", static line => line.FailedJobs),
        new("total_tokens", static line => line.TotalTokens),
        new("cost_usd", static line => line.TotalCostUsd),
        new("credits_used", static line => line.CreditsUsed),
    ];

    public static CsvColumn<MarginLine>[] Margins { get; } =
    [
        new("starts_at", static line => line.StartsAt),
        new("organization_id", static line => line.OrganizationId),
        new("team_id", static line => line.TeamId),
        new("job_type", static line => line.JobType),
        new("model", static line => line.Model),
        new("revenue_usd", static line => line.RevenueUsd),
        new("cost_usd", static line => line.CostUsd),
        new("margin_usd", static line => line.MarginUsd),
        new("margin_percent", static line => line.MarginPercent),
    ];
}
