using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>Who may use an endpoint, besides operators. A route's own counts, not its group's; an endpoint without one is everybody's.</summary>
/// <param name="Teams">A team that is active may.</param>
/// <param name="Users">A user or a service of an organization may.</param>
internal sealed record CallerRequirement(bool Teams, bool Users)
{
    /// <summary>A key is not enough: the caller must have signed in.</summary>
    public bool SignedIn { get; init; }

    /// <summary>Also for users who belong to no organization, or to a suspended one.</summary>
    public bool WithoutOrganization { get; init; }

    public bool OperatorOnly => !Teams && !Users;

    public bool Admits(CallerKind kind) => kind switch
    {
        CallerKind.Operator => true,
        CallerKind.Team => Teams,
        _ => Users,
    };
}

internal static class CallerRequirementExtensions
{
    private static readonly CallerRequirement Operator = new(Teams: false, Users: false);
    private static readonly CallerRequirement TeamOrOperator = new(Teams: true, Users: false);
    private static readonly CallerRequirement UserOrOperator = new(Teams: false, Users: true);
    private static readonly CallerRequirement SignedInUser = new(Teams: false, Users: true) { SignedIn = true };
    private static readonly CallerRequirement Account = new(Teams: false, Users: true) { WithoutOrganization = true };
    private static readonly CallerRequirement Anybody = new(Teams: true, Users: true) { WithoutOrganization = true };
    private static readonly CallerRequirement Everybody = new(Teams: true, Users: true);

    /// <summary>Only an operator may use it.</summary>
    public static TBuilder ForOperators<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(Operator);

    /// <summary>An operator may use it, or a team whose key it is and that is active.</summary>
    public static TBuilder ForTeamsAndOperators<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(TeamOrOperator);

    /// <summary>An operator may use it, or a user or service of an organization.</summary>
    public static TBuilder ForUsers<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(UserOrOperator);

    /// <summary>A user or an operator may use it who has signed in, here or at the identity provider; no key will do.</summary>
    public static TBuilder ForSignedInUsers<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(SignedInUser);

    /// <summary>As <see cref="ForUsers"/>, whatever the state of the user's organization: it is about the account alone.</summary>
    public static TBuilder ForAccounts<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(Account);

    /// <summary>As <see cref="ForAccounts"/>, and a team may too.</summary>
    public static TBuilder ForWhoeverCalls<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(Anybody);

    /// <summary>Whoever is known may use it.</summary>
    public static TBuilder ForEveryCaller<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(Everybody);
}
