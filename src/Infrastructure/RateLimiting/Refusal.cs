using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>The refusal that a caller sees.</summary>
internal static class Refusal
{
    public static Error Of(RateScope scope, LimitedBy by, TimeSpan retryAfter, RateStatus status)
    {
        var limit = by switch
        {
            LimitedBy.Requests => $"{scope.Limits.RequestsPerMinute} requests a minute",
            LimitedBy.Tokens => $"{scope.Limits.TokensPerMinute} tokens a minute",
            LimitedBy.Parallel => $"{scope.Limits.MaxParallel} calls at the same time",
            _ => $"{scope.Limits.Burst} requests at once",
        };
        var whose = scope.Kind switch
        {
            RateScopeKind.Organization => "organization",
            RateScopeKind.Team => "team",
            _ => "key",
        };
        return new Error("rate_limit_exceeded", $"Rate limit exceeded: {limit} for this {whose}.", ErrorKind.TooManyRequests)
        {
            RetryAfter = retryAfter,
            Limits = status,
        };
    }
}
