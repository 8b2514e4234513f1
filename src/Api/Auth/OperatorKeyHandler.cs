namespace SaasLlm.Api.Auth;

/// <summary>Knows the operator by a key of the configuration.</summary>
internal sealed class OperatorKeyHandler(OperatorKeys keys) : ICredentialHandler
{
    public ValueTask<CallerIdentity?> IdentifyAsync(HttpRequest request, BearerToken? token, CancellationToken cancellationToken) =>
        new(token is null ? null : keys.Find(token));
}
