using SaasLlm.Domain.Limits;

namespace SaasLlm.Application.Shared;

/// <summary>Who makes a request.</summary>
/// <param name="TeamId">The team whose key it is; null for an operator.</param>
/// <param name="Name">Display prefix of the key, for logs and the audit.</param>
/// <param name="Limits">The key's own limits; null: it has none.</param>
public sealed record Caller(string? TeamId, string Name, RateScope? Limits = null)
{
    public bool IsOperator => TeamId is null;

    /// <summary>The name under which this caller's idempotency keys are kept: two callers never share one.</summary>
    public string Scope => TeamId is null ? "operator" : "team:" + TeamId;

    /// <summary>True where the caller may see and use this team's things.</summary>
    public bool MayUse(string teamId) => TeamId is null || TeamId == teamId;
}
