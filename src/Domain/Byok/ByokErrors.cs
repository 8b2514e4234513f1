using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Byok;

public static class ByokErrors
{
    private const string Invalid = "byok_key_invalid";

    /// <summary>The provider refused a caller's own key in the middle of a call.</summary>
    public static Error Refused(string provider) =>
        new(Invalid, $"Your own API key for {provider} was refused; replace it or delete it.", ErrorKind.Unauthorized);

    /// <summary>The provider refused a key that was to be added.</summary>
    public static Error NotAccepted(string provider) => Of(Invalid, "api_key", $"The key was refused by {provider}; nothing was stored.");

    public static Error AddressNotAllowed() =>
        Of("api_base_not_allowed", "api_base", "The address must be https and public, or one that the operator allows, and its name must resolve.");

    public static Error WrongAddress(string provider) =>
        Of("byok_key_not_checked", "api_base", $"This is not the address of an API that {provider} keys can be checked at; correct it, or send validate: false.");

    public static Error Unreachable(string provider) =>
        new("byok_provider_unreachable", $"{provider} could not be reached to check the key; nothing was stored. Try again, or send validate: false.", ErrorKind.UpstreamFailed);

    public static Error TimedOut(string provider) =>
        new("byok_provider_timeout", $"{provider} did not answer in time when the key was checked; nothing was stored. Try again, or send validate: false.", ErrorKind.UpstreamTimeout);

    public static Error NotFound(Guid keyId) =>
        new("byok_key_not_found", $"No BYOK key '{keyId}'.", ErrorKind.NotFound);

    public static Error AnotherOrganization() =>
        new("organization_not_yours", "The organization is not the caller's.", ErrorKind.Forbidden);

    public static Error AdminsOnly() =>
        new("organization_admin_required", "An organization's own keys are kept by its owners and admins.", ErrorKind.Forbidden);

    private static Error Of(string code, string field, string message) =>
        new(code, message, ErrorKind.Malformed) { Fields = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] } };
}
