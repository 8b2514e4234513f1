namespace SaasLlm.Application.Credits;

/// <summary>Configuration section <c>Credits</c>.</summary>
public sealed record CreditOptions
{
    /// <summary>How often grants that are due are looked for (months of pools, refills of teams), in seconds; 1 to 3,600; default 60.</summary>
    public int GrantIntervalSeconds { get; init; } = 60;
}
