namespace SaasLlm.Api.Auth;

/// <summary>Who may use an endpoint. A route's own counts, not its group's; an endpoint without one is everybody's.</summary>
/// <param name="OperatorOnly">False: a team that is active may use it as well.</param>
internal sealed record CallerRequirement(bool OperatorOnly);

internal static class CallerRequirementExtensions
{
    private static readonly CallerRequirement Operator = new(OperatorOnly: true);
    private static readonly CallerRequirement TeamOrOperator = new(OperatorOnly: false);

    /// <summary>Only an operator may use it.</summary>
    public static TBuilder ForOperators<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(Operator);

    /// <summary>An operator may use it, or a team whose key it is and that is active.</summary>
    public static TBuilder ForTeamsAndOperators<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(TeamOrOperator);
}
