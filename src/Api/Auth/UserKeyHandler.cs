using SaasLlm.Application.Identities;
using SaasLlm.Application.Ports;

namespace SaasLlm.Api.Auth;

/// <summary>Knows a user by one of their API keys.</summary>
internal sealed class UserKeyHandler(IIdentityDirectory directory) : ICredentialHandler
{
    public async ValueTask<CallerIdentity?> IdentifyAsync(HttpRequest request, BearerToken? token, CancellationToken cancellationToken)
    {
        if (token is null || !UserKey.LooksLikeOne(token.Value))
            return null;

        return await directory.FindByKeyAsync(token.Hash, cancellationToken) is { } key
            ? UserCallers.ByKey(key.User, UserKey.DisplayOf(token.Value), key.OrganizationId)
            : null;
    }
}
