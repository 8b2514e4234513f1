using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;

namespace SaasLlm.Api.Auth;

/// <summary>Makes the caller of a user who is known: for which organization, in which role, or why not.</summary>
internal static class UserCallers
{
    /// <summary>Chooses among the organizations of a user who signed in.</summary>
    public const string OrganizationHeader = "X-Organization-Id";

    /// <summary>A key is for one organization, and never an operator's: what leaks with it stays small.</summary>
    public static CallerIdentity ByKey(UserAccess user, string display, string organizationId) =>
        Of(user, display, user.In(organizationId), signedIn: false);

    /// <summary>A user who signed in. An operator is one, unless they choose an organization to act for.</summary>
    /// <param name="preferred">Where the request chooses none; null: the user's first.</param>
    public static CallerIdentity SignedIn(UserAccess user, HttpRequest request, string? preferred, bool isOperator)
    {
        if (request.Headers[OrganizationHeader] is [{ Length: > 0 } chosen])
            return Of(user, user.UserId, user.In(chosen), signedIn: true);
        if (isOperator)
            return new CallerIdentity(Caller.Operator(user.UserId, user.UserId), SignedIn: true);

        var membership = preferred is null ? null : user.In(preferred);
        return user.Memberships is [var first, ..]
            ? Of(user, user.UserId, membership ?? first, signedIn: true)
            : new CallerIdentity(Caller.User(user.UserId, user.UserId, null, null), IdentitiesErrors.NoOrganization(), SignedIn: true);
    }

    private static CallerIdentity Of(UserAccess user, string name, Membership? membership, bool signedIn)
    {
        if (membership is null)
            return new CallerIdentity(Caller.User(user.UserId, name, null, null), IdentitiesErrors.NotAMember(), signedIn);

        var refusal = membership.OrganizationActive ? null : IdentitiesErrors.OrganizationSuspended();
        return new CallerIdentity(Caller.User(user.UserId, name, membership.OrganizationId, membership.Role), refusal, signedIn);
    }
}
