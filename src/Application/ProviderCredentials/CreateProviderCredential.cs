using FluentValidation;
using MediatR;
using SaasLlm.Application.Catalog;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.ProviderCredentials;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.ProviderCredentials;

/// <summary>Stores a key for a provider's API, encrypted.</summary>
/// <param name="ApiBase">Absent: the provider's own address. Required for custom, ollama, vllm, azure and litellm.</param>
/// <param name="OrganizationId">Absent: serves every organization; given: only this one, before the common one.</param>
public sealed record CreateProviderCredential(
    string? Provider, string? CredentialName, string? ApiKey, string? ApiBase = null, string? OrganizationId = null)
    : IRequest<Result<ProviderCredentialResponse>>, ITransactional
{
    /// <summary>As it is kept: the key encrypted.</summary>
    internal NewProviderCredential Seal(ISecretBox box)
    {
        var id = Guid.CreateVersion7();
        return new NewProviderCredential(
            id,
            Provider!,
            CredentialName!,
            box.Seal(ApiKey!, SecretOwner.ProviderCredential(id)),
            ProviderSecret.Last4(ApiKey!),
            string.IsNullOrEmpty(ApiBase) ? null : ApiBase,
            OrganizationId);
    }

    /// <summary>Never the key: records print their members.</summary>
    public override string ToString() => $"{nameof(CreateProviderCredential)} {Provider}/{CredentialName}";
}

internal sealed class CreateProviderCredentialValidator : AbstractValidator<CreateProviderCredential>
{
    public CreateProviderCredentialValidator()
    {
        RuleFor(command => command.Provider).ProviderName();
        RuleFor(command => command.CredentialName).RequiredText(Identifiers.MaxLength);
        RuleFor(command => command.ApiKey).ApiKey();
        RuleFor(command => command.ApiBase).ApiBase();
        RuleFor(command => command.OrganizationId).ValidId().When(command => command.OrganizationId is not null);
    }
}

internal sealed class CreateProviderCredentialHandler(IProviderCredentialRepository credentials, ISecretBox box, IChangeFeed changes)
    : IRequestHandler<CreateProviderCredential, Result<ProviderCredentialResponse>>
{
    public async Task<Result<ProviderCredentialResponse>> Handle(CreateProviderCredential command, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(command.ApiBase) && Providers.NeedApiBase(command.Provider))
            return ProviderCredentialsErrors.NeedsApiBase(command.Provider!);
        if (!box.IsConfigured)
            return ProviderCredentialsErrors.EncryptionNotConfigured();

        var created = await credentials.CreateAsync(command.Seal(box), cancellationToken);
        if (created.IsSuccess)
            await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);

        return created;
    }
}
