using MediatR;
using SaasLlm.Application.Identities;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Identities;

namespace SaasLlm.Api.Auth;

/// <summary>Knows a user by a token of the identity provider. One whom the provider vouches for and who is new here is taken in.</summary>
internal sealed class JwtHandler(IIdentityProvider provider, IIdentityDirectory directory) : ICredentialHandler
{
    /// <summary>Every JSON object begins so in base64url.</summary>
    private const string Prefix = "eyJ";

    public async ValueTask<CallerIdentity?> IdentifyAsync(HttpRequest request, BearerToken? token, CancellationToken cancellationToken)
    {
        if (token is null || !provider.IsConfigured || !token.Value.StartsWith(Prefix, StringComparison.Ordinal))
            return null;

        var known = await provider.CheckAsync(token.Value, token.Hash, cancellationToken);
        if (!known.IsSuccess)
            return CallerIdentity.Nobody(known.Error);

        var identity = known.Value;
        return await FindUserAsync(identity, request.HttpContext, cancellationToken) is { } user
            ? Identify(user, identity, request)
            : CallerIdentity.Nobody(IdentitiesErrors.InvalidToken());
    }

    /// <summary>A token that names organizations speaks for those alone, whichever others the user belongs to.</summary>
    private static CallerIdentity Identify(UserAccess user, ExternalIdentity identity, HttpRequest request)
    {
        var allowed = identity.Organizations.Count == 0
            ? user
            : user with { Memberships = [.. user.Memberships.Where(membership => identity.Organizations.Contains(membership.OrganizationId, StringComparer.Ordinal))] };
        var preferred = identity.Organizations.FirstOrDefault(id => allowed.In(id) is not null);
        return UserCallers.SignedIn(allowed, request, preferred, user.IsOperator || identity.IsOperator);
    }

    private async ValueTask<UserAccess?> FindUserAsync(ExternalIdentity identity, HttpContext context, CancellationToken cancellationToken)
    {
        if (await directory.FindByLoginAsync(identity.Login, cancellationToken) is { } userId)
        {
            var user = await directory.FindUserAsync(userId, cancellationToken);
            if (user is null || !await IsToJoinAsync(user, identity, cancellationToken))
                return user;
        }

        var adopted = await context.RequestServices.GetRequiredService<IMediator>().Send(new AdoptLogin(identity), cancellationToken);
        return adopted.IsSuccess ? await directory.FindUserAsync(adopted.Value.UserId, cancellationToken) : null;
    }

    /// <summary>True where the token names an organization that exists and that the user does not belong to yet.</summary>
    private async ValueTask<bool> IsToJoinAsync(UserAccess user, ExternalIdentity identity, CancellationToken cancellationToken)
    {
        foreach (var organizationId in identity.Organizations)
        {
            if (user.In(organizationId) is null && await directory.FindOrganizationAsync(organizationId, cancellationToken) is not null)
                return true;
        }

        return false;
    }
}
