using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SaasLlm.Application.Identities;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Identities;

namespace SaasLlm.Api.Auth;

/// <summary>Knows a user by the cookie of their session. What changes something must also show that it comes from our own page.</summary>
internal sealed class SessionHandler(IIdentityDirectory directory) : ICredentialHandler
{
    public const string AntiforgeryHeader = "X-CSRF-Token";

    public async ValueTask<CallerIdentity?> IdentifyAsync(HttpRequest request, BearerToken? token, CancellationToken cancellationToken)
    {
        // A browser sends its cookie with everything; a key that is shown is what the caller means.
        if (BearerToken.IsShown(request) || SessionCookie.Read(request) is not { } cookie)
            return null;
        if (await directory.FindBySessionAsync(SessionToken.HashOf(cookie), cancellationToken) is not { } session)
            return null;
        if (ChangesSomething(request.Method) && !ShowsAntiforgery(request, cookie))
            return CallerIdentity.Nobody(IdentitiesErrors.AntiforgeryRequired());

        return UserCallers.SignedIn(session.User, request, session.OrganizationId, session.User.IsOperator || session.OperatorClaimed);
    }

    private static bool ChangesSomething(string method) => !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));

    private static bool ShowsAntiforgery(HttpRequest request, string cookie) =>
        request.Headers[AntiforgeryHeader] is [{ } shown]
        && CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(shown.AsSpan()), MemoryMarshal.AsBytes(SessionToken.AntiforgeryOf(cookie).AsSpan()));
}
