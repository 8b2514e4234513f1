using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Tiers;

public static class TiersErrors
{
    public static Error NotFound(string tierName) =>
        new("tier_not_found", $"Tier '{tierName}' not found.", ErrorKind.NotFound);

    public static Error AlreadyExists(string tierName) =>
        new("tier_exists", $"Tier '{tierName}' already exists.", ErrorKind.AlreadyExists);

    public static Error HalfATrial() =>
        Error.Field("trial_days", "a trial needs both trial_calls and trial_days.");

    public static Error InUse(IReadOnlyList<string> organizations) =>
        new(
            "tier_in_use",
            $"The tier is that of {string.Join(", ", organizations.Select(id => $"'{id}'"))}; give them another first.",
            ErrorKind.Conflict);
}
