using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Application.ProviderCredentials;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.ProviderCredentials;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.ProviderCredentials;

internal sealed class ProviderCredentialRepository(PostgresSession session) : IProviderCredentialRepository
{
    public async Task<Result<ProviderCredentialResponse>> CreateAsync(NewProviderCredential credential, CancellationToken cancellationToken)
    {
        // Locked, so that it cannot be deleted in between; a deleted one is still a row, which the foreign key alone would accept.
        if (credential.OrganizationId is { } organizationId && !await HoldOrganizationAsync(organizationId, cancellationToken))
            return OrganizationsErrors.NotFound(organizationId);

        var created = await session.QuerySingleOrDefaultAsync<ProviderCredentialResponse>(
            """
            insert into provider_credentials (
                credential_id, provider, credential_name, organization_id, api_key_encrypted, encryption_key_id, last4, api_base)
            values (
                @CredentialId, @Provider, @CredentialName, @OrganizationId, @Ciphertext, @KeyId, @Last4, @ApiBase)
            on conflict (provider, credential_name, coalesce(organization_id, '')) do nothing
            returning credential_id, provider, credential_name, organization_id, api_base, last4, active, created_at, updated_at
            """,
            new
            {
                credential.CredentialId,
                credential.Provider,
                credential.CredentialName,
                credential.OrganizationId,
                credential.Secret.Ciphertext,
                credential.Secret.KeyId,
                credential.Last4,
                credential.ApiBase,
            },
            cancellationToken);
        return created is null ? ProviderCredentialsErrors.AlreadyExists(credential.Provider, credential.CredentialName) : created;
    }

    public Task<ProviderCredentialResponse?> GetAsync(Guid credentialId, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<ProviderCredentialResponse>(
            """
            select credential_id, provider, credential_name, organization_id, api_base, last4, active, created_at, updated_at
            from provider_credentials
            where credential_id = @credentialId
            """,
            new { credentialId },
            cancellationToken);

    public async Task<SealedSecret?> GetSecretAsync(Guid credentialId, CancellationToken cancellationToken) =>
        (await session.QuerySingleOrDefaultAsync<EncryptedKey>(
            """
            select credential_id, api_key_encrypted, encryption_key_id
            from provider_credentials
            where credential_id = @credentialId
            """,
            new { credentialId },
            cancellationToken))?.Secret;

    public async Task<Page<ProviderCredentialResponse>> ListAsync(PageStart start, CancellationToken cancellationToken)
    {
        // Ids are made in the order of time.
        var rows = await session.QueryAsync<ProviderCredentialResponse>(
            """
            select credential_id, provider, credential_name, organization_id, api_base, last4, active, created_at, updated_at
            from provider_credentials
            where @After is null or credential_id > @After::uuid
            order by credential_id
            limit @Limit + 1
            """,
            start,
            cancellationToken);
        return Page<ProviderCredentialResponse>.Of(rows, start.Limit, row => row.CredentialId.ToString());
    }

    public async Task<Result<ProviderCredentialResponse>> UpdateAsync(ProviderCredentialChange change, CancellationToken cancellationToken)
    {
        try
        {
            var updated = await session.QuerySingleOrDefaultAsync<ProviderCredentialResponse>(
                """
                update provider_credentials
                set credential_name = coalesce(@CredentialName, credential_name),
                    api_key_encrypted = coalesce(@Ciphertext::bytea, api_key_encrypted),
                    encryption_key_id = coalesce(@KeyId, encryption_key_id),
                    last4 = coalesce(@Last4, last4),
                    api_base = nullif(coalesce(@ApiBase, api_base), ''),
                    active = coalesce(@Active, active),
                    updated_at = now()
                where credential_id = @CredentialId
                returning credential_id, provider, credential_name, organization_id, api_base, last4, active, created_at, updated_at
                """,
                new
                {
                    change.CredentialId,
                    change.CredentialName,
                    change.Secret?.Ciphertext,
                    change.Secret?.KeyId,
                    change.Last4,
                    change.ApiBase,
                    change.Active,
                },
                cancellationToken);
            return updated is null ? ProviderCredentialsErrors.NotFound(change.CredentialId) : updated;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return ProviderCredentialsErrors.NameTaken(change.CredentialName!);
        }
    }

    public async Task<bool> DeleteAsync(Guid credentialId, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            """
            delete from provider_credentials
            where credential_id = @credentialId
            """,
            new { credentialId },
            cancellationToken) == 1;

    private async Task<bool> HoldOrganizationAsync(string organizationId, CancellationToken cancellationToken) =>
        await session.QuerySingleOrDefaultAsync<string>(
            """
            select organization_id
            from organizations
            where organization_id = @organizationId
              and status <> 'deleted'
            for share
            """,
            new { organizationId },
            cancellationToken) is not null;
}
