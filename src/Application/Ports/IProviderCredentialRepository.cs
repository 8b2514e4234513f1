using SaasLlm.Application.ProviderCredentials;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>The operator's keys for providers' APIs, encrypted.</summary>
public interface IProviderCredentialRepository
{
    /// <summary>Fails where the provider has a credential of that name, or the organization does not exist.</summary>
    Task<Result<ProviderCredentialResponse>> CreateAsync(NewProviderCredential credential, CancellationToken cancellationToken);

    Task<ProviderCredentialResponse?> GetAsync(Guid credentialId, CancellationToken cancellationToken);

    /// <summary>The encrypted key; null where there is no such credential.</summary>
    Task<SealedSecret?> GetSecretAsync(Guid credentialId, CancellationToken cancellationToken);

    Task<Page<ProviderCredentialResponse>> ListAsync(PageStart start, CancellationToken cancellationToken);

    /// <summary>Changes what is not null. Fails where there is none of that id, or the new name is taken.</summary>
    Task<Result<ProviderCredentialResponse>> UpdateAsync(ProviderCredentialChange change, CancellationToken cancellationToken);

    /// <summary>False where there is none of that id.</summary>
    Task<bool> DeleteAsync(Guid credentialId, CancellationToken cancellationToken);
}

/// <param name="Secret">The encrypted key.</param>
/// <param name="Last4">What is shown of it.</param>
/// <param name="ApiBase">Null: the provider's own address.</param>
/// <param name="OrganizationId">Null: serves every organization.</param>
public sealed record NewProviderCredential(
    Guid CredentialId, string Provider, string CredentialName, SealedSecret Secret, string Last4, string? ApiBase, string? OrganizationId);

/// <param name="ApiBase">An empty text: the provider's own address.</param>
public sealed record ProviderCredentialChange(
    Guid CredentialId, string? CredentialName, SealedSecret? Secret, string? Last4, string? ApiBase, bool? Active);
