using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Organizations;

namespace SaasLlm.Application.Shared;

/// <summary>What sort of caller a credential stands for.</summary>
public enum CallerKind
{
    /// <summary>Runs the service.</summary>
    Operator,

    /// <summary>A team's application, by a virtual key.</summary>
    Team,

    /// <summary>A trusted service of one organization: no rate limit, no quota.</summary>
    Service,

    /// <summary>A person, by whatever credential.</summary>
    User,
}

/// <summary>Who makes a request, whatever credential was shown.</summary>
public sealed record Caller
{
    private Caller(CallerKind kind, string name)
    {
        Kind = kind;
        Name = name;
    }

    public CallerKind Kind { get; }

    /// <summary>Display prefix of the key, or the user's name: for logs and the audit.</summary>
    public string Name { get; }

    /// <summary>The team whose key it is; null for everybody else.</summary>
    public string? TeamId { get; private init; }

    /// <summary>The organization whose credits pay for a service or a user; null for teams, whose own credits pay, and for operators.</summary>
    public string? OrganizationId { get; private init; }

    /// <summary>A user's id or a service's name; also an operator's who signed in.</summary>
    public string? UserId { get; private init; }

    /// <summary>What a user may do in the organization; null for everybody else.</summary>
    public OrganizationRole? Role { get; private init; }

    /// <summary>The key's own limits; null: it has none.</summary>
    public RateScope? Limits { get; private init; }

    public bool IsOperator => Kind == CallerKind.Operator;

    /// <summary>The name under which this caller's idempotency keys are kept: two callers never share one.</summary>
    public string Scope => Kind switch
    {
        CallerKind.Operator => "operator",
        CallerKind.Team => "team:" + TeamId,
        _ => $"user:{OrganizationId}:{UserId}",
    };

    public static Caller Operator(string name, string? userId = null) => new(CallerKind.Operator, name) { UserId = userId };

    public static Caller Team(string teamId, string name, RateScope? limits = null) => new(CallerKind.Team, name) { TeamId = teamId, Limits = limits };

    public static Caller Service(string name, string organizationId) =>
        new(CallerKind.Service, name) { OrganizationId = organizationId, UserId = name };

    /// <param name="organizationId">Null: the user belongs to none, and may do no more than keep their account.</param>
    /// <param name="role">Null where there is no organization.</param>
    public static Caller User(string userId, string name, string? organizationId, OrganizationRole? role) =>
        new(CallerKind.User, name) { OrganizationId = organizationId, UserId = userId, Role = role };

    /// <summary>True where the caller may see and use this team's things.</summary>
    public bool MayUse(string teamId) => Kind == CallerKind.Operator || (Kind == CallerKind.Team && TeamId == teamId);

    /// <summary>True where the caller may decide over the organization's credits, keys and members.</summary>
    public bool Manages(string organizationId) =>
        Kind == CallerKind.Operator || (OrganizationId == organizationId && Role is (OrganizationRole.Admin or OrganizationRole.Owner));
}
