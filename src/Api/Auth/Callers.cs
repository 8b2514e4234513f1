using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>Authentication: one handler a credential kind, chosen by the shape of the token; one principal type for all.</summary>
internal static class Callers
{
    /// <summary>Policy: only an operator.</summary>
    public const string Operator = "operator";

    /// <summary>Policy: an operator, or a team whose key it is and that is active.</summary>
    public const string TeamOrOperator = "team_or_operator";

    private const string Bearer = "bearer";

    public static void AddCallers(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddSingleton(OperatorKeys.From(configuration, environment));
        // Authentication brings it along; nothing is protected by it, so it must not leave keys in the home folder.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAuthentication(Bearer)
            .AddPolicyScheme(Bearer, null, scheme => scheme.ForwardDefaultSelector = static context =>
                BearerToken.TryRead(context.Request, out var token) && context.RequestServices.GetRequiredService<OperatorKeys>().Contains(token)
                    ? OperatorKeyHandler.Scheme
                    : VirtualKeyHandler.Scheme)
            .AddScheme<AuthenticationSchemeOptions, OperatorKeyHandler>(OperatorKeyHandler.Scheme, null)
            .AddScheme<AuthenticationSchemeOptions, VirtualKeyHandler>(VirtualKeyHandler.Scheme, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Operator, policy => policy.RequireAssertion(context => context.User.Identity is CallerIdentity { Caller.IsOperator: true }))
            .AddPolicy(TeamOrOperator, policy => policy.RequireAssertion(context => context.User.Identity is CallerIdentity { Refusal: null }))
            .SetFallbackPolicy(null);
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, RefusalWriter>();
    }

    /// <summary>The authenticated caller of this request.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.User.Identity is CallerIdentity identity ? identity.Caller : throw new InvalidOperationException("The route does not require a caller.");
}
