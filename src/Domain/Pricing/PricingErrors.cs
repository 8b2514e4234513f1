using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Pricing;

public static class PricingErrors
{
    public static Error NotFound(Guid pricingRuleId) =>
        new("pricing_rule_not_found", $"Pricing rule '{pricingRuleId}' not found.", ErrorKind.NotFound);

    public static Error UnknownTeam(string teamId) => Error.Field("team_id", $"there is no team '{teamId}'.");

    public static Error UnknownOrganization(string organizationId) => Error.Field("organization_id", $"there is no organization '{organizationId}'.");
}
