using SaasLlm.Api.Http;
using SaasLlm.Application.Jobs;

namespace SaasLlm.Api.Jobs;

/// <summary>A list of jobs as CSV, with the names of its JSON.</summary>
internal static class JobCsv
{
    public static IReadOnlyList<string> Header { get; } =
    [
        "job_id", "team_id", "job_type", "user_id", "external_task_id", "status", "error_message", "created_at", "started_at", "completed_at",
        "expires_at", "total_calls", "successful_calls", "failed_calls", "total_tokens", "total_cost_usd", "credit_applied", "credits_charged", "metadata",
    ];

    public static IReadOnlyList<string?> Row(JobResponse job) =>
    [
        Csv.Text(job.JobId), job.TeamId, job.JobType, job.UserId, job.ExternalTaskId, job.Status, job.ErrorMessage, Csv.Text(job.CreatedAt),
        Csv.Text(job.StartedAt), Csv.Text(job.CompletedAt), Csv.Text(job.ExpiresAt), Csv.Text(job.TotalCalls), Csv.Text(job.SuccessfulCalls),
        Csv.Text(job.FailedCalls), Csv.Text(job.TotalTokens), Csv.Text(job.TotalCostUsd), Csv.Text(job.CreditApplied), Csv.Text(job.CreditsCharged),
        job.Metadata.GetRawText(),
    ];
}
