using SaasLlm.Api.Http;
using SaasLlm.Application.Jobs;

namespace SaasLlm.Api.Jobs;

/// <summary>A list of jobs as CSV, with the names of its JSON.</summary>
internal static class JobCsv
{
    public static CsvColumn<JobResponse>[] Columns { get; } =
    [
        new("job_id", static job => job.JobId),
        new("team_id", static job => job.TeamId),
        new("job_type", static job => job.JobType),
        new("user_id", static job => job.UserId),
        new("external_task_id", static job => job.ExternalTaskId),
        new("status", static job => job.Status),
        new("error_message", static job => job.ErrorMessage),
        new("created_at", static job => job.CreatedAt),
        new("started_at", static job => job.StartedAt),
        new("completed_at", static job => job.CompletedAt),
        new("expires_at", static job => job.ExpiresAt),
        new("total_calls", static job => job.TotalCalls),
        new("successful_calls", static job => job.SuccessfulCalls),
        new("failed_calls", static job => job.FailedCalls),
        new("total_tokens", static job => job.TotalTokens),
        new("total_cost_usd", static job => job.TotalCostUsd),
        new("credit_applied", static job => job.CreditApplied),
        new("credits_charged", static job => job.CreditsCharged),
        new("metadata", static job => job.Metadata.GetRawText()),
    ];
}
