using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Application.Byok;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Caching;
using SaasLlm.Infrastructure.Llm;

namespace SaasLlm.Infrastructure.Byok;

/// <summary>Callers' own keys, decrypted once and kept by organization until one of its keys changes.</summary>
internal sealed partial class ByokDirectory(
    NpgsqlDataSource dataSource, ISecretBox box, IByokUses uses, IListenerState listener, TimeProvider time, ILogger<ByokDirectory> logger)
    : IByokDirectory, IInvalidated
{
    private const int Capacity = 10_000;

    private readonly InvalidatedCache<string, OrganizationKeys> _organizations = new(listener, time, Capacity, TimeSpan.Zero);

    public ValueTask<ByokKeys> FindAsync(string organizationId, string? userId, CancellationToken cancellationToken)
    {
        var found = _organizations.GetAsync(organizationId, this, static (self, id, token) => self.LoadAsync(id, token), cancellationToken);
        return found.IsCompletedSuccessfully ? new(found.Result!.Of(userId)) : WaitAsync(found, userId);

        static async ValueTask<ByokKeys> WaitAsync(ValueTask<OrganizationKeys?> loading, string? userId) => (await loading)!.Of(userId);
    }

    public void Drop(ChangedThing thing, string id)
    {
        if (thing is ChangedThing.Byok or ChangedThing.Organization)
            _organizations.Drop(id);
    }

    public void DropAll() => _organizations.DropAll();

    private async Task<OrganizationKeys?> LoadAsync(string organizationId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<KeyRow>(new CommandDefinition(
            """
            select key_id, user_id, provider, api_key_encrypted, encryption_key_id, api_base, api_version, fall_back_to_platform
            from byok_keys
            where organization_id = @organizationId
            """,
            new { organizationId },
            cancellationToken: cancellationToken));

        var common = new Dictionary<string, ByokKey>(StringComparer.Ordinal);
        var byUser = new Dictionary<string, Dictionary<string, ByokKey>>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (box.Open(new SealedSecret(row.EncryptionKeyId, row.ApiKeyEncrypted), SecretOwner.ByokKey(row.KeyId)) is not { } apiKey)
                LogUnreadable(row.KeyId, row.EncryptionKeyId);
            else if (row.UserId is null)
                common[row.Provider] = row.ToKey(apiKey, uses);
            else if (byUser.TryGetValue(row.UserId, out var own))
                own[row.Provider] = row.ToKey(apiKey, uses);
            else
                byUser[row.UserId] = new(StringComparer.Ordinal) { [row.Provider] = row.ToKey(apiKey, uses) };
        }

        // A user's key stands before the organization's for the same provider.
        foreach (var own in byUser.Values)
        {
            foreach (var (provider, key) in common)
                own.TryAdd(provider, key);
        }

        return new OrganizationKeys(
            common.Count == 0 ? ByokKeys.None : new ByokKeys(common),
            byUser.ToDictionary(pair => pair.Key, pair => new ByokKeys(pair.Value), StringComparer.Ordinal));
    }

    [LoggerMessage(LogLevel.Error, "BYOK key {KeyId} is left out: encryption key '{EncryptionKeyId}' is not in the ring, or the row was tampered with")]
    private partial void LogUnreadable(Guid keyId, string encryptionKeyId);

    /// <param name="Common">For users without a key of their own.</param>
    private sealed record OrganizationKeys(ByokKeys Common, Dictionary<string, ByokKeys> ByUser)
    {
        public ByokKeys Of(string? userId) => userId is not null && ByUser.TryGetValue(userId, out var own) ? own : Common;
    }

    private sealed record KeyRow
    {
        public required Guid KeyId { get; init; }

        public string? UserId { get; init; }

        public required string Provider { get; init; }

        public required byte[] ApiKeyEncrypted { get; init; }

        public required string EncryptionKeyId { get; init; }

        public string? ApiBase { get; init; }

        public string? ApiVersion { get; init; }

        public required bool FallBackToPlatform { get; init; }

        public ByokCredential ToKey(string apiKey, IByokUses uses) =>
            new(KeyId, Provider, FallBackToPlatform, new ProviderKey($"byok:{KeyId:N}", apiKey, ByokAddress.Of(ApiBase is null ? null : new Uri(ApiBase), ApiVersion)), uses);
    }
}
