using System.Collections.Frozen;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Caching;
using SaasLlm.Infrastructure.Llm;

namespace SaasLlm.Infrastructure.ProviderCredentials;

/// <summary>Active credentials, decrypted once and kept until the catalogue changes. Of several for one provider and organization the newest serves.</summary>
internal sealed partial class ProviderKeys : IProviderKeys, IInvalidated
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly ISecretBox _box;
    private readonly ILogger<ProviderKeys> _logger;
    private readonly InvalidatedValue<FrozenDictionary<(string Provider, string? OrganizationId), ProviderKey>> _keys;

    public ProviderKeys(NpgsqlDataSource dataSource, ISecretBox box, IListenerState listener, ILogger<ProviderKeys> logger)
    {
        _dataSource = dataSource;
        _box = box;
        _logger = logger;
        _keys = new(listener, LoadAsync);
    }

    public async ValueTask<ProviderKey?> FindAsync(string provider, string organizationId, CancellationToken cancellationToken)
    {
        var keys = await _keys.GetAsync(cancellationToken);
        return keys.GetValueOrDefault((provider, organizationId)) ?? keys.GetValueOrDefault((provider, null));
    }

    public void Drop(ChangedThing thing, string id)
    {
        if (thing == ChangedThing.Catalog)
            _keys.Drop();
    }

    public void DropAll() => _keys.Drop();

    private async Task<FrozenDictionary<(string Provider, string? OrganizationId), ProviderKey>> LoadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<KeyRow>(new CommandDefinition(
            """
            select credential_id, provider, organization_id, api_base, api_key_encrypted, encryption_key_id, updated_at
            from provider_credentials
            where active
            order by created_at, credential_id
            """,
            cancellationToken: cancellationToken));

        var keys = new Dictionary<(string, string?), ProviderKey>();
        foreach (var row in rows)
        {
            var secret = new SealedSecret(row.EncryptionKeyId, row.ApiKeyEncrypted);
            if (_box.Open(secret, SecretOwner.ProviderCredential(row.CredentialId)) is { } apiKey)
                keys[(row.Provider, row.OrganizationId)] = new ProviderKey(row.Identity, apiKey, row.ApiBase is null ? null : new Uri(row.ApiBase));
            else
                LogUnreadable(row.CredentialId, row.EncryptionKeyId);
        }

        return keys.ToFrozenDictionary();
    }

    [LoggerMessage(LogLevel.Error, "Provider credential {CredentialId} is left out: encryption key '{KeyId}' is not in the ring, or the row was tampered with")]
    private partial void LogUnreadable(Guid credentialId, string keyId);

    private sealed record KeyRow
    {
        public required Guid CredentialId { get; init; }

        public required string Provider { get; init; }

        public string? OrganizationId { get; init; }

        public string? ApiBase { get; init; }

        public required byte[] ApiKeyEncrypted { get; init; }

        public required string EncryptionKeyId { get; init; }

        public required DateTimeOffset UpdatedAt { get; init; }

        // A changed key is another deployment: an open circuit of the old one must not stop it.
        public string Identity => $"{CredentialId:N}@{UpdatedAt.ToUnixTimeMilliseconds()}";
    }
}
