namespace SaasLlm.Domain.Limits;

/// <summary>Whose limits they are; the order in which several are taken.</summary>
public enum RateScopeKind
{
    Organization,
    Team,
    Key,
}

/// <summary>Something that has limits of its own.</summary>
/// <param name="Id">Stable and unique within its kind.</param>
/// <param name="OrganizationId">The organization that it is, or belongs to.</param>
/// <param name="Limits">At least one is set.</param>
public sealed record RateScope(RateScopeKind Kind, string Id, string OrganizationId, RateLimits Limits)
{
    /// <summary>Null where nothing is limited: then nobody has to look.</summary>
    public static RateScope? Of(RateScopeKind kind, string id, string organizationId, RateLimits limits) =>
        limits.LimitNothing ? null : new RateScope(kind, id, organizationId, limits);
}

/// <summary>All that limits one call; null: that scope does not.</summary>
public readonly record struct RateScopes(RateScope? Organization, RateScope? Team, RateScope? Key)
{
    public bool LimitNothing => Organization is null && Team is null && Key is null;

    /// <summary>The organization to which all of them belong.</summary>
    public string OrganizationId => (Organization ?? Team ?? Key)?.OrganizationId ?? "";

    public RateScope? this[RateScopeKind kind] => kind switch
    {
        RateScopeKind.Organization => Organization,
        RateScopeKind.Team => Team,
        _ => Key,
    };
}
