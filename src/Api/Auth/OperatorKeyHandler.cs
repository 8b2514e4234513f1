using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>Knows the operator by a key of the configuration.</summary>
internal sealed class OperatorKeyHandler(OperatorKeys keys) : ICredentialHandler
{
    private static readonly CallerIdentity Operator = new(Caller.Operator("operator"));

    public ValueTask<CallerIdentity?> IdentifyAsync(HttpRequest request, BearerToken? token, CancellationToken cancellationToken) =>
        new(token is not null && keys.Contains(token) ? Operator : null);
}
