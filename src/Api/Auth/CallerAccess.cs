using SaasLlm.Api.Http;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>
/// Finds out who calls and whether they may: 401 for a missing or unknown credential, 403 for a known one that is not allowed.
/// The framework's own authentication and authorization do the same in more steps, which each request would pay for.
/// </summary>
internal sealed class CallerAccess(RequestDelegate next, IEnumerable<ICredentialHandler> handlers)
{
    private static readonly Error Missing =
        new("invalid_api_key", "Send a valid key as 'Authorization: Bearer sk-…'.", ErrorKind.Unauthorized);

    private static readonly Error OperatorOnly =
        new("operator_only", "This route is the operator's; a team key cannot use it.", ErrorKind.Forbidden);

    private static readonly Error NotForTeams =
        new("user_required", "This route is for signed-in users; a team key cannot use it.", ErrorKind.Forbidden);

    private static readonly Error NotForUsers =
        new("team_required", "This route needs a team's key; users call the LLM API instead.", ErrorKind.Forbidden);

    private readonly ICredentialHandler[] _handlers = [.. handlers];

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<CallerRequirement>() is not { } requirement)
            return next(context);

        // A known key is found in memory: the common case needs no state machine round all that follows.
        var identity = _handlers.IdentifyAsync(context);
        return identity.IsCompletedSuccessfully ? AdmitAsync(context, requirement, identity.Result) : WaitAsync(identity);

        async Task WaitAsync(ValueTask<CallerIdentity?> pending) => await AdmitAsync(context, requirement, await pending);
    }

    private Task AdmitAsync(HttpContext context, CallerRequirement requirement, CallerIdentity? identity)
    {
        if (identity?.Caller is not { } caller)
            return context.Response.WriteErrorAsync(identity?.Refusal ?? Missing);

        context.Features.Set(identity);
        if (identity.Refusal is { } refusal && !(requirement.WithoutOrganization && caller.Kind == CallerKind.User))
            return context.Response.WriteErrorAsync(refusal);
        if (!requirement.Admits(caller.Kind))
            return context.Response.WriteErrorAsync(requirement.OperatorOnly ? OperatorOnly : requirement.Teams ? NotForUsers : NotForTeams);

        if (requirement.SignedIn && !identity.SignedIn)
            return context.Response.WriteErrorAsync(IdentitiesErrors.SignInRequired());

        // A team's key can change nothing that is audited; its calls need not pay for it.
        if (caller.Kind != CallerKind.Team && !HttpMethods.IsGet(context.Request.Method))
            context.RequestServices.GetRequiredService<Requester>().Is(caller, context.TraceIdentifier, context.Connection.RemoteIpAddress);
        return next(context);
    }
}
