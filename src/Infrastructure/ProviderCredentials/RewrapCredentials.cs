using Microsoft.Extensions.Logging;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Security;

namespace SaasLlm.Infrastructure.ProviderCredentials;

/// <summary>
/// After a rotation, re-encrypts with the active key what another key of the ring still holds, so that the old key can be
/// taken out of the ring. Each row is guarded by the ciphertext that was read: another node, or an operator's change, wins.
/// </summary>
internal sealed partial class RewrapCredentials(PostgresSession session, ISecretBox box, EncryptionKeys keys, ILogger<RewrapCredentials> logger)
{
    /// <summary>The number of rows that this node re-encrypted.</summary>
    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        if (keys.ActiveId is not { } activeId)
            return 0;

        var rows = await session.QueryAsync<EncryptedKey>(
            """
            select credential_id, api_key_encrypted, encryption_key_id
            from provider_credentials
            where encryption_key_id <> @activeId
            """,
            new { activeId },
            cancellationToken);
        var rewrapped = 0;
        foreach (var row in rows)
        {
            var owner = SecretOwner.ProviderCredential(row.CredentialId);
            if (box.Open(row.Secret, owner) is not { } apiKey)
            {
                LogUnreadable(row.CredentialId, row.EncryptionKeyId);
                continue;
            }

            var secret = box.Seal(apiKey, owner);
            rewrapped += await session.ExecuteAsync(
                """
                update provider_credentials
                set api_key_encrypted = @Ciphertext,
                    encryption_key_id = @KeyId
                where credential_id = @CredentialId
                  and api_key_encrypted = @ApiKeyEncrypted
                """,
                new { row.CredentialId, row.ApiKeyEncrypted, secret.Ciphertext, secret.KeyId },
                cancellationToken);
        }

        if (rewrapped > 0)
            LogRewrapped(rewrapped, activeId);
        return rewrapped;
    }

    [LoggerMessage(LogLevel.Warning, "Provider credential {CredentialId} cannot be decrypted: encryption key '{KeyId}' is not in the ring, or the row was tampered with")]
    private partial void LogUnreadable(Guid credentialId, string keyId);

    [LoggerMessage(LogLevel.Information, "Re-encrypted {Count} provider credentials with key '{KeyId}'")]
    private partial void LogRewrapped(int count, string keyId);
}
