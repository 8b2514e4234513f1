using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.ProviderCredentials;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.ProviderCredentials;

/// <summary>Changes what is given; what is absent stays.</summary>
/// <param name="ApiBase">An empty text: the provider's own address.</param>
public sealed record UpdateProviderCredential(string? CredentialName = null, string? ApiKey = null, string? ApiBase = null, bool? Active = null)
    : IRequest<Result<ProviderCredentialResponse>>, ITransactional
{
    [JsonIgnore]
    public Guid CredentialId { get; init; }

    /// <summary>Never the key: records print their members.</summary>
    public override string ToString() => $"{nameof(UpdateProviderCredential)} {CredentialId}";
}

internal sealed class UpdateProviderCredentialValidator : AbstractValidator<UpdateProviderCredential>
{
    public UpdateProviderCredentialValidator()
    {
        RuleFor(command => command.CredentialName).RequiredText(Identifiers.MaxLength).When(command => command.CredentialName is not null);
        RuleFor(command => command.ApiKey).ApiKey().When(command => command.ApiKey is not null);
        RuleFor(command => command.ApiBase).ApiBase();
    }
}

internal sealed class UpdateProviderCredentialHandler(IProviderCredentialRepository credentials, ISecretBox box, IChangeFeed changes)
    : IRequestHandler<UpdateProviderCredential, Result<ProviderCredentialResponse>>
{
    public async Task<Result<ProviderCredentialResponse>> Handle(UpdateProviderCredential command, CancellationToken cancellationToken)
    {
        if (command.ApiKey is not null && !box.IsConfigured)
            return ProviderCredentialsErrors.EncryptionNotConfigured();

        var updated = await credentials.UpdateAsync(
            new ProviderCredentialChange(
                command.CredentialId,
                command.CredentialName,
                command.ApiKey is null ? null : box.Seal(command.ApiKey, SecretOwner.ProviderCredential(command.CredentialId)),
                command.ApiKey is null ? null : ProviderSecret.Last4(command.ApiKey),
                command.ApiBase,
                command.Active),
            cancellationToken);
        if (!updated.IsSuccess)
            return updated;

        // Judged on the row as it came out; the refusal rolls it back.
        if (updated.Value.ApiBase is null && Providers.NeedApiBase(updated.Value.Provider))
            return ProviderCredentialsErrors.NeedsApiBase(updated.Value.Provider);

        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return updated;
    }
}
