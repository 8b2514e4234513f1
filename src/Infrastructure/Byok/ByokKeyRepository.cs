using SaasLlm.Application.Byok;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Byok;

internal sealed class ByokKeyRepository(PostgresSession session) : IByokKeyRepository
{
    // The organization's row is locked, so that it is not deleted in between: a deleted one is still a row, which the foreign key alone would accept.
    public Task<ByokKeyResponse?> PutAsync(NewByokKey key, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<ByokKeyResponse>(
            """
            with held as (
                select organization_id
                from organizations
                where organization_id = @OrganizationId
                  and status <> 'deleted'
                for share
            )
            insert into byok_keys (
                key_id, organization_id, user_id, provider, api_key_encrypted, encryption_key_id, last4, api_base, api_version, metadata,
                fall_back_to_platform, validated_at)
            select
                @KeyId, organization_id, @UserId, @Provider, @Ciphertext, @EncryptionKeyId, @Last4, @ApiBase, @ApiVersion, @Metadata::jsonb,
                @FallBackToPlatform, case when @Validated then now() end
            from held
            on conflict (organization_id, coalesce(user_id, ''), provider) do update
            set key_id = excluded.key_id,
                api_key_encrypted = excluded.api_key_encrypted,
                encryption_key_id = excluded.encryption_key_id,
                last4 = excluded.last4,
                api_base = excluded.api_base,
                api_version = excluded.api_version,
                metadata = excluded.metadata,
                fall_back_to_platform = excluded.fall_back_to_platform,
                created_at = excluded.created_at,
                validated_at = excluded.validated_at,
                last_used_at = null
            returning key_id, organization_id, user_id, provider, last4, api_base, api_version, metadata, fall_back_to_platform,
                created_at, validated_at, last_used_at
            """,
            new
            {
                key.KeyId,
                key.Owner.OrganizationId,
                key.Owner.UserId,
                key.Provider,
                key.Secret.Ciphertext,
                EncryptionKeyId = key.Secret.KeyId,
                key.Last4,
                key.ApiBase,
                key.ApiVersion,
                key.Metadata,
                key.FallBackToPlatform,
                key.Validated,
            },
            cancellationToken);

    public Task<IReadOnlyList<ByokKeyResponse>> ListAsync(ByokOwner owner, CancellationToken cancellationToken) =>
        session.QueryAsync<ByokKeyResponse>(
            """
            select key_id, organization_id, user_id, provider, last4, api_base, api_version, metadata, fall_back_to_platform,
                created_at, validated_at, last_used_at
            from byok_keys
            where organization_id = @OrganizationId
              and (user_id is null or user_id = @UserId)
            order by created_at, key_id
            """,
            owner,
            cancellationToken);

    public Task<ByokKeyResponse?> GetAsync(Guid keyId, ByokOwner owner, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<ByokKeyResponse>(
            """
            select key_id, organization_id, user_id, provider, last4, api_base, api_version, metadata, fall_back_to_platform,
                created_at, validated_at, last_used_at
            from byok_keys
            where key_id = @keyId
              and organization_id = @OrganizationId
              and (user_id is null or user_id = @UserId)
            """,
            new { keyId, owner.OrganizationId, owner.UserId },
            cancellationToken);

    public Task DeleteAsync(Guid keyId, string organizationId, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            delete from byok_keys
            where key_id = @keyId
              and organization_id = @organizationId
            """,
            new { keyId, organizationId },
            cancellationToken);
}
