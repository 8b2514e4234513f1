namespace SaasLlm.Domain.Usage;

/// <summary>The lengths of time for which sums are kept, in UTC, shortest first.</summary>
public enum CalendarGrain
{
    Hour,
    Day,
    Month,

    /// <summary>Of users alone.</summary>
    Quarter,
}
