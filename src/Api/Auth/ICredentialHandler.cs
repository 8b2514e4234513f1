namespace SaasLlm.Api.Auth;

/// <summary>One kind of credential.</summary>
internal interface ICredentialHandler
{
    /// <summary>Who shows it; null where this kind does not know it, and the next kind is asked.</summary>
    /// <param name="token">Of the Authorization header; null: it has none.</param>
    ValueTask<CallerIdentity?> IdentifyAsync(HttpRequest request, BearerToken? token, CancellationToken cancellationToken);
}
