namespace SaasLlm.Application.Usage;

/// <summary>Configuration section <c>Usage</c>.</summary>
public sealed record UsageOptions
{
    public const string Section = "Usage";

    /// <summary>How often what was used is added to the rollups, in seconds; 1 to 3,600; default 2. Numbers are exact at once all the same.</summary>
    public int FoldIntervalSeconds { get; init; } = 2;

    /// <summary>Whole months for which jobs and calls are kept besides the current one; 0 to 1,200; default 0, for ever. Rollups and the ledger stay.</summary>
    public int RetentionMonths { get; init; }

    /// <summary>How often the partitions of coming months are made and those past the retention dropped, in seconds; 1 to 86,400; default 600.</summary>
    public int UpkeepIntervalSeconds { get; init; } = 600;
}
