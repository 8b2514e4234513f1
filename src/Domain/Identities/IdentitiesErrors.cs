using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Identities;

public static class IdentitiesErrors
{
    public static Error UserNotFound(string userId) =>
        new("user_not_found", $"User '{userId}' not found.", ErrorKind.NotFound);

    public static Error UserExists(string userId) =>
        new("user_exists", $"User '{userId}' already exists.", ErrorKind.AlreadyExists);

    public static Error EmailTaken() =>
        new("email_exists", "A user with this e-mail address already exists.", ErrorKind.AlreadyExists);

    public static Error MemberExists(string userId) =>
        new("member_exists", $"User '{userId}' already exists in this organization.", ErrorKind.AlreadyExists);

    public static Error MemberNotFound(string userId) =>
        new("member_not_found", $"User '{userId}' is not a member of this organization.", ErrorKind.NotFound);

    public static Error LastOwner() =>
        new("last_owner", "An organization keeps its last owner; make another one first.", ErrorKind.Conflict);

    public static Error OwnersOnly() =>
        new("owner_required", "Only an owner of the organization or an operator may do this.", ErrorKind.Forbidden);

    /// <summary>One answer for every reason: a caller must not learn which addresses are known.</summary>
    public static Error SignInRefused() =>
        new("sign_in_failed", "E-mail or password is wrong, or too many attempts have locked the account for a while.", ErrorKind.Unauthorized);

    public static Error WrongPassword() =>
        new("wrong_password", "The current password is wrong, or too many attempts have locked the account for a while.", ErrorKind.Forbidden);

    public static Error TooBusyForPasswords() =>
        new("sign_in_busy", "Too many people sign in at this moment; try again shortly.", ErrorKind.Unavailable) { RetryAfter = TimeSpan.FromSeconds(2) };

    public static Error ProviderNotConfigured() =>
        new("oidc_not_configured", "No identity provider is configured.", ErrorKind.NotFound);

    public static Error ProviderUnavailable() =>
        new("identity_provider_unavailable", "The identity provider cannot be reached; try again shortly.", ErrorKind.Unavailable) { RetryAfter = TimeSpan.FromSeconds(30) };

    public static Error ProviderSignInRefused() =>
        new("sign_in_failed", "The identity provider did not confirm this sign-in; start it again.", ErrorKind.Unauthorized);

    public static Error InvalidServiceKey() =>
        new("invalid_api_key", "Invalid service key", ErrorKind.Unauthorized);

    public static Error InvalidToken() =>
        new("invalid_api_key", "The token is not valid here; get a new one from the identity provider.", ErrorKind.Unauthorized);

    public static Error AntiforgeryRequired() =>
        new("antiforgery_required", "A session needs the header X-CSRF-Token with the csrf_token that GET /api/auth/me gives.", ErrorKind.Forbidden);

    public static Error NotAMember() =>
        new("not_a_member", "The user does not belong to this organization.", ErrorKind.Forbidden);

    public static Error NoOrganization() =>
        new("no_organization", "The user belongs to no organization; an operator can add them to one.", ErrorKind.Forbidden);

    public static Error OrganizationSuspended() =>
        new("organization_suspended", "The organization is suspended.", ErrorKind.Forbidden);

    public static Error SignInRequired() =>
        new("sign_in_required", "Sign in as a user for this; a key cannot do it.", ErrorKind.Forbidden);

    public static Error KeyNotFound() =>
        new("key_not_found", "No such key, or it is revoked.", ErrorKind.NotFound);
}
