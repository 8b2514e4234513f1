using SaasLlm.Api.Http;
using SaasLlm.Application.Usage;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Usage;

/// <summary>Reports as CSV, with the names of their JSON.</summary>
internal static class UsageCsv
{
    private static readonly string[] LineHeader =
    [
        "starts_at", "organization_id", "team_id", "job_type", "model_group", "model", "provider", "user_id", "job_id", "total_jobs",
        "successful_jobs", "failed_jobs", "cancelled_jobs", "total_calls", "failed_calls", "total_tokens", "total_cost_usd", "credits_used", "revenue_usd",
    ];

    private static readonly string[] DayHeader =
        ["date", "job_type", "total_jobs", "successful_jobs", "failed_jobs", "total_tokens", "cost_usd", "credits_used"];

    private static readonly string[] MarginHeader =
        ["starts_at", "organization_id", "team_id", "job_type", "model", "revenue_usd", "cost_usd", "margin_usd", "margin_percent"];

    /// <summary>For operators.</summary>
    public static IResult OfLines<TReport>(Result<TReport> report, string fileName, Func<TReport, IAsyncEnumerable<UsageLine>> lines) =>
        Csv.Of(report, fileName, LineHeader, lines, static line =>
        [
            Csv.Text(line.StartsAt), line.OrganizationId, line.TeamId, line.JobType, line.ModelGroup, line.Model, line.Provider, line.UserId,
            Csv.Text(line.JobId), Csv.Text(line.TotalJobs), Csv.Text(line.SuccessfulJobs), Csv.Text(line.FailedJobs), Csv.Text(line.CancelledJobs),
            Csv.Text(line.TotalCalls), Csv.Text(line.FailedCalls), Csv.Text(line.TotalTokens), Csv.Text(line.TotalCostUsd),
            Csv.Text(line.CreditsUsed), Csv.Text(line.RevenueUsd),
        ]);

    /// <summary>What a team may see of itself as well: the figures of the JSON, by day and job type.</summary>
    public static IResult OfDays(Result<UsageReport> report) =>
        Csv.Of(report, "usage.csv", DayHeader, static found => found.Data, static line =>
        [
            DateOnly.FromDateTime(line.StartsAt!.Value.UtcDateTime).ToString("O"), line.JobType, Csv.Text(line.TotalJobs),
            Csv.Text(line.SuccessfulJobs), Csv.Text(line.FailedJobs), Csv.Text(line.TotalTokens), Csv.Text(line.TotalCostUsd), Csv.Text(line.CreditsUsed),
        ]);

    public static IResult OfMargins(Result<MarginReport> report) =>
        Csv.Of(report, "margins.csv", MarginHeader, static found => found.Data, static line =>
        [
            Csv.Text(line.StartsAt), line.OrganizationId, line.TeamId, line.JobType, line.Model, Csv.Text(line.RevenueUsd), Csv.Text(line.CostUsd),
            Csv.Text(line.MarginUsd), Csv.Text(line.MarginPercent),
        ]);
}
