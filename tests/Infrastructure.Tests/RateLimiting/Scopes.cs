using SaasLlm.Domain.Limits;

namespace SaasLlm.Infrastructure.Tests.RateLimiting;

/// <summary>Scopes of one organization with one team and one key.</summary>
internal static class Scopes
{
    public static RateScopes Team(int? rpm = null, int? tpm = null, int? parallel = null, int? burst = null, string id = "team") =>
        new(null, Of(RateScopeKind.Team, id, rpm, tpm, parallel, burst), null);

    public static RateScope? Of(RateScopeKind kind, string id, int? rpm = null, int? tpm = null, int? parallel = null, int? burst = null) =>
        RateScope.Of(kind, id, "org", new RateLimits(rpm, tpm, parallel, burst));
}
