using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.ProviderCredentials;

public static class ProviderCredentialsErrors
{
    public static Error NotFound(Guid credentialId) =>
        new("provider_credential_not_found", $"Provider credential '{credentialId}' not found.", ErrorKind.NotFound);

    public static Error AlreadyExists(string provider, string name) =>
        new("provider_credential_exists", $"A credential '{name}' for provider '{provider}' already exists.", ErrorKind.AlreadyExists);

    public static Error NameTaken(string name) =>
        new("provider_credential_exists", $"A credential '{name}' for this provider already exists.", ErrorKind.AlreadyExists);

    public static Error NeedsApiBase(string provider) =>
        Error.Field("api_base", $"provider '{provider}' has no address of its own; give the one of your server.");

    public static Error EncryptionNotConfigured() =>
        new(
            "encryption_not_configured",
            "No key to encrypt credentials with: set Security:EncryptionKeys:<id> to the base64 of 32 random bytes and Security:ActiveEncryptionKey to that id, then restart.",
            ErrorKind.Conflict);

    public static Error Unreadable(string keyId) =>
        new(
            "credential_unreadable",
            $"The stored key cannot be decrypted: encryption key '{keyId}' is missing from the ring, or the row was tampered with. Put the key back or store the credential anew.",
            ErrorKind.Conflict);
}
