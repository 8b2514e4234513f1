using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using SaasLlm.Api.Http;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>401 for a missing or unknown credential, 403 for a known one that is not allowed, both as problems.</summary>
internal sealed class RefusalWriter : IAuthorizationMiddlewareResultHandler
{
    private static readonly Error Missing =
        new("invalid_api_key", "Send a valid key as 'Authorization: Bearer sk-…'.", ErrorKind.Unauthorized);

    private static readonly Error OperatorOnly =
        new("operator_only", "This route is the operator's; a team key cannot use it.", ErrorKind.Forbidden);

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
            return next(context);

        if (context.User.Identity is CallerIdentity identity)
            return context.Response.WriteProblemAsync(identity.Refusal ?? OperatorOnly);

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return context.Response.WriteProblemAsync(Missing);
    }
}
