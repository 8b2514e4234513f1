namespace SaasLlm.Domain.Jobs;

public enum JobStatus
{
    /// <summary>Created, no call yet.</summary>
    Pending,

    /// <summary>Has made a call.</summary>
    InProgress,

    /// <summary>Ended well.</summary>
    Completed,

    /// <summary>Ended badly, or nobody finished it in time.</summary>
    Failed,

    /// <summary>Given up by its owner.</summary>
    Cancelled,
}
