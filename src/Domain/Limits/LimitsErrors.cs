using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Limits;

public static class LimitsErrors
{
    public const string BurstNeedsRate = "needs an rpm_limit, at which its bucket is refilled.";

    /// <summary>What would stand after a change is a burst that nothing refills.</summary>
    public static Error BurstWithoutRate() => Error.Field("burst_limit", BurstNeedsRate);
}
