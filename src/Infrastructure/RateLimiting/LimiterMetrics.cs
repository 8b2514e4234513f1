using System.Diagnostics;
using System.Diagnostics.Metrics;
using SaasLlm.Application.Pipeline;
using SaasLlm.Domain.Limits;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>What is counted of calls that a limit refused.</summary>
internal sealed class LimiterMetrics(IMeterFactory meters)
{
    private const string Limit = "limit";
    private const string Scope = "scope";

    private readonly Counter<long> _refusals = meters.CreateMeter().CreateCounter<long>(
        "saasllm.limiter.refusals", "{call}", "Calls refused by a limit, by which (requests, tokens, parallel, burst, or the quota of a tier) and whose (organization, team, key).");

    public void Refused(RateScopeKind scope, LimitedBy limit) =>
        _refusals.Add(1, new TagList { { Limit, NameOf(limit) }, { Scope, NameOf(scope) } });

    /// <summary>A tier's count of calls, or the end of its trial; they are an organization's.</summary>
    public void RefusedByQuota() =>
        _refusals.Add(1, new TagList { { Limit, "quota" }, { Scope, NameOf(RateScopeKind.Organization) } });

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
