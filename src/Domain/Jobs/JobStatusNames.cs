namespace SaasLlm.Domain.Jobs;

/// <summary>The names that the contract and the database use.</summary>
public static class JobStatusNames
{
    public static string Of(JobStatus status) => status switch
    {
        JobStatus.Pending => "pending",
        JobStatus.InProgress => "in_progress",
        JobStatus.Completed => "completed",
        JobStatus.Failed => "failed",
        JobStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    public static bool TryParse(string? name, out JobStatus status)
    {
        (var known, status) = name switch
        {
            "pending" => (true, JobStatus.Pending),
            "in_progress" => (true, JobStatus.InProgress),
            "completed" => (true, JobStatus.Completed),
            "failed" => (true, JobStatus.Failed),
            "cancelled" => (true, JobStatus.Cancelled),
            _ => (false, default),
        };
        return known;
    }

    public static JobStatus Parse(string name) =>
        TryParse(name, out var status) ? status : throw new ArgumentException($"Unknown job status '{name}'.", nameof(name));
}
