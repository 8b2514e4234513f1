namespace SaasLlm.Api.Auth;

/// <summary>One kind of credential.</summary>
internal interface ICredentialHandler
{
    /// <summary>Whose token it is; null where this kind does not know it, and the next kind is asked.</summary>
    ValueTask<CallerIdentity?> IdentifyAsync(BearerToken token, CancellationToken cancellationToken);
}
