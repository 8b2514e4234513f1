using Microsoft.Extensions.Logging;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Security;

namespace SaasLlm.Infrastructure.ProviderCredentials;

/// <summary>
/// After a rotation, re-encrypts with the active key what another key of the ring still holds, so that the old key can be
/// taken out of the ring. Each row is guarded by the ciphertext that was read: another node, or a change meanwhile, wins.
/// </summary>
internal sealed partial class RewrapCredentials(PostgresSession session, ISecretBox box, EncryptionKeys keys, ILogger<RewrapCredentials> logger)
{
    /// <summary>The number of rows that this node re-encrypted.</summary>
    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        if (keys.ActiveId is not { } activeId)
            return 0;

        var rewrapped = await RewrapAsync(
            "provider credential",
            SecretOwner.ProviderCredential,
            """
            select credential_id as id, api_key_encrypted as secret_encrypted, encryption_key_id
            from provider_credentials
            where encryption_key_id <> @activeId
            """,
            """
            update provider_credentials
            set api_key_encrypted = @Ciphertext,
                encryption_key_id = @KeyId
            where credential_id = @Id
              and api_key_encrypted = @SecretEncrypted
            """,
            activeId,
            cancellationToken);
        rewrapped += await RewrapAsync(
            "BYOK key",
            SecretOwner.ByokKey,
            """
            select key_id as id, api_key_encrypted as secret_encrypted, encryption_key_id
            from byok_keys
            where encryption_key_id <> @activeId
            """,
            """
            update byok_keys
            set api_key_encrypted = @Ciphertext,
                encryption_key_id = @KeyId
            where key_id = @Id
              and api_key_encrypted = @SecretEncrypted
            """,
            activeId,
            cancellationToken);
        rewrapped += await RewrapAsync(
            "webhook secret",
            SecretOwner.Webhook,
            """
            select webhook_id as id, secret_encrypted, encryption_key_id
            from webhooks
            where encryption_key_id <> @activeId
            """,
            """
            update webhooks
            set secret_encrypted = @Ciphertext,
                encryption_key_id = @KeyId
            where webhook_id = @Id
              and secret_encrypted = @SecretEncrypted
            """,
            activeId,
            cancellationToken);
        rewrapped += await RewrapAsync(
            "previous webhook secret",
            SecretOwner.Webhook,
            """
            select webhook_id as id, previous_secret_encrypted as secret_encrypted, previous_encryption_key_id as encryption_key_id
            from webhooks
            where previous_encryption_key_id <> @activeId
              and previous_secret_ends_at > now()
            """,
            """
            update webhooks
            set previous_secret_encrypted = @Ciphertext,
                previous_encryption_key_id = @KeyId
            where webhook_id = @Id
              and previous_secret_encrypted = @SecretEncrypted
            """,
            activeId,
            cancellationToken);
        if (rewrapped > 0)
            LogRewrapped(rewrapped, activeId);
        return rewrapped;
    }

    private async Task<int> RewrapAsync(
        string kind, Func<Guid, string> ownerOf, string select, string update, string activeId, CancellationToken cancellationToken)
    {
        var rewrapped = 0;
        foreach (var row in await session.QueryAsync<SealedRow>(select, new { activeId }, cancellationToken))
        {
            var owner = ownerOf(row.Id);
            if (box.Open(new SealedSecret(row.EncryptionKeyId, row.SecretEncrypted), owner) is not { } apiKey)
            {
                LogUnreadable(kind, row.Id, row.EncryptionKeyId);
                continue;
            }

            var secret = box.Seal(apiKey, owner);
            rewrapped += await session.ExecuteAsync(
                update, new { row.Id, row.SecretEncrypted, secret.Ciphertext, secret.KeyId }, cancellationToken);
        }

        return rewrapped;
    }

    [LoggerMessage(LogLevel.Warning, "The {Kind} {Id} cannot be decrypted: encryption key '{KeyId}' is not in the ring, or the row was tampered with")]
    private partial void LogUnreadable(string kind, Guid id, string keyId);

    [LoggerMessage(LogLevel.Information, "Re-encrypted {Count} stored keys with key '{KeyId}'")]
    private partial void LogRewrapped(int count, string keyId);

    private sealed record SealedRow
    {
        public required Guid Id { get; init; }

        public required byte[] SecretEncrypted { get; init; }

        public required string EncryptionKeyId { get; init; }
    }
}
