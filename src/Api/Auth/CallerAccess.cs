using SaasLlm.Api.Http;
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

    private readonly ICredentialHandler[] _handlers = [.. handlers];

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<CallerRequirement>() is not { } requirement)
            return next(context);

        // A known key is found in memory: the common case needs no state machine round all that follows.
        var identity = IdentifyAsync(context);
        return identity.IsCompletedSuccessfully ? AdmitAsync(context, requirement, identity.Result) : WaitAsync(identity);

        async Task WaitAsync(ValueTask<CallerIdentity?> pending) => await AdmitAsync(context, requirement, await pending);
    }

    private async ValueTask<CallerIdentity?> IdentifyAsync(HttpContext context)
    {
        if (!BearerToken.TryRead(context.Request, out var token))
            return null;

        foreach (var handler in _handlers)
        {
            if (await handler.IdentifyAsync(token, context.RequestAborted) is { } identity)
                return identity;
        }

        return null;
    }

    private Task AdmitAsync(HttpContext context, CallerRequirement requirement, CallerIdentity? identity)
    {
        if (identity is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return context.Response.WriteProblemAsync(Missing);
        }

        context.Features.Set(identity);
        if (identity.Refusal is { } refusal)
            return context.Response.WriteProblemAsync(refusal);

        return requirement.OperatorOnly && !identity.Caller.IsOperator ? context.Response.WriteProblemAsync(OperatorOnly) : next(context);
    }
}
