using System.Diagnostics;
using System.Diagnostics.Metrics;
using SaasLlm.Application.Pipeline;
using SaasLlm.Domain.Limits;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>What is counted of calls that a limit refused.</summary>
internal sealed class LimiterMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _refusals = meters.CreateMeter().CreateCounter<long>(
        "saasllm.limiter.refusals", "{call}", "Calls refused by a limit, by which (requests, tokens, parallel, burst) and whose (organization, team, key).");

    public void Refused(RateScopeKind scope, LimitedBy limit) =>
        _refusals.Add(1, new TagList { { "limit", NameOf(limit) }, { "scope", NameOf(scope) } });

    private static string NameOf(LimitedBy limit) => limit switch
    {
        LimitedBy.Requests => "requests",
        LimitedBy.Tokens => "tokens",
        LimitedBy.Parallel => "parallel",
        _ => "burst",
    };

    private static string NameOf(RateScopeKind scope) => scope switch
    {
        RateScopeKind.Organization => "organization",
        RateScopeKind.Team => "team",
        _ => "key",
    };
}
