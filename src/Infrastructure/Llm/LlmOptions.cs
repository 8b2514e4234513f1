using System.ComponentModel.DataAnnotations;

namespace SaasLlm.Infrastructure.Llm;

/// <summary>When models without a credential are answered by the sandbox.</summary>
public enum SandboxMode
{
    /// <summary>Only in Development.</summary>
    Auto,

    /// <summary>In every environment: the operator's explicit wish.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}

/// <summary>How models are reached: configuration section <c>Llm</c>.</summary>
public sealed record LlmOptions
{
    public const string Section = "Llm";

    /// <summary>Whether the sandbox answers for models without a credential (<c>auto</c>, <c>on</c>, <c>off</c>); default auto. It never answers a call that a real credential can serve.</summary>
    public SandboxMode Sandbox { get; init; } = SandboxMode.Auto;

    /// <summary>Longest wait for a whole plain answer of one attempt, in seconds; 0.01 to 3,600, default 120.</summary>
    [Range(0.01, 3600)]
    public double AttemptTimeoutSeconds { get; init; } = 120;

    /// <summary>Longest wait for the response headers of a stream, in seconds; 0.01 to 3,600, default 60.</summary>
    [Range(0.01, 3600)]
    public double StreamStartTimeoutSeconds { get; init; } = 60;

    /// <summary>Longest silence between two events of a stream, in seconds; 0.01 to 3,600, default 60.</summary>
    [Range(0.01, 3600)]
    public double StreamIdleTimeoutSeconds { get; init; } = 60;

    /// <summary>Longest time of a call over all its attempts and fallbacks, up to the first byte of a stream, in seconds; 0.01 to 7,200, default 300.</summary>
    [Range(0.01, 7200)]
    public double TotalTimeoutSeconds { get; init; } = 300;

    /// <summary>Further attempts at the same model after a passing fault; 0 to 10, default 2.</summary>
    [Range(0, 10)]
    public int Retries { get; init; } = 2;

    /// <summary>Wait before the first retry, doubled for each further one, with jitter, in ms; 1 to 60,000, default 200.</summary>
    [Range(1, 60_000)]
    public int RetryBaseDelayMs { get; init; } = 200;

    /// <summary>Longest wait before a retry, in ms; 1 to 600,000, default 5,000. A longer <c>Retry-After</c> is waited for only where no other model is left.</summary>
    [Range(1, 600_000)]
    public int RetryMaxDelayMs { get; init; } = 5000;

    /// <summary>Longest time for which a deployment that asks for a pause (<c>Retry-After</c>) is left alone, in seconds; 0 to 3,600, default 300. 0: its wish is not heeded beyond the call that met it.</summary>
    [Range(0, 3600)]
    public double MaxCooldownSeconds { get; init; } = 300;

    /// <summary>A file of PEM certificates whose owners may vouch for upstreams, beside those that the system trusts; default none.</summary>
    public string? CertificateAuthorities { get; init; }

    /// <summary>Share of failed attempts that opens a deployment's circuit; 0.01 to 1, default 0.5.</summary>
    [Range(0.01, 1.0)]
    public double BreakerFailureRatio { get; init; } = 0.5;

    /// <summary>Attempts within the sampling time below which the circuit stays closed; 2 to 100,000, default 20.</summary>
    [Range(2, 100_000)]
    public int BreakerMinimumThroughput { get; init; } = 20;

    /// <summary>Time over which the share of failures is taken, in seconds; 0.5 to 3,600, default 30.</summary>
    [Range(0.5, 3600)]
    public double BreakerSamplingSeconds { get; init; } = 30;

    /// <summary>How long an open circuit lets nothing through, in seconds; 0.5 to 3,600, default 15.</summary>
    [Range(0.5, 3600)]
    public double BreakerBreakSeconds { get; init; } = 15;

    /// <summary>Largest plain answer, in bytes; 1,024 to 256 MB, default 64 MB.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int MaxAnswerBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Largest single event of a stream, in bytes; 1,024 to 64 MB, default 1 MB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxEventBytes { get; init; } = 1024 * 1024;
}
