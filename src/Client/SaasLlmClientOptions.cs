namespace SaasLlm.Client;

/// <summary>Where the service is and how it is called.</summary>
public sealed class SaasLlmClientOptions
{
    /// <summary>The service's address, with a path where it is served under one. Required.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>Sent as <c>Authorization: Bearer</c>: an operator's key, a team's virtual key, a service's or a user's. Required.</summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// Longest wait for an answer to begin, with all retries; default 330 s, which is longer than the service waits for its models
    /// (<c>Llm:TotalTimeoutSeconds</c>).
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(330);

    /// <summary>After how long a connection is replaced, so that changes of the name's addresses are seen; default 2 minutes.</summary>
    public TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>What is done where the service asks for patience.</summary>
    public RetryOptions Retry { get; set; } = new();
}

/// <summary>Bounds of <see cref="RetryHandler"/>.</summary>
public sealed class RetryOptions
{
    /// <summary>Most repetitions of one request; 0: none; default 3.</summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>
    /// Longest time that one request waits in all before its repetitions; default 30 s. An answer that asks for more is handed to
    /// the caller at once.
    /// </summary>
    public TimeSpan MaxTotalWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait before the first repetition where the answer names none, doubled for each further one; default 500 ms.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(500);
}
