namespace SaasLlm.Application.Metering;

/// <summary>How metered calls are held and swept: configuration section <c>Metering</c>.</summary>
public sealed record MeteringOptions
{
    public const string Section = "Metering";

    /// <summary>Output tokens that an elastic hold covers where the caller allows that many or does not say; also the step by which a stream takes more. 1 to 1,000,000, default 1,024.</summary>
    public int HoldOutputTokens { get; init; } = 1024;

    /// <summary>After how long a hold that nobody settles is released, in seconds; 5 to 86,400. Must be longer than a call can take; a running stream puts its own off. Default 360: the longest call and a minute.</summary>
    public int HoldLifetimeSeconds { get; init; } = 360;

    /// <summary>How often such holds are looked for, in seconds; 1 to 3,600, default 5.</summary>
    public int SweepIntervalSeconds { get; init; } = 5;
}
