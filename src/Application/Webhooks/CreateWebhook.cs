using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.ProviderCredentials;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Application.Webhooks;

/// <summary>Makes a webhook; the answer shows its secret this once.</summary>
/// <param name="Url">https to a public address, or what the operator allows.</param>
/// <param name="Events">Absent: all.</param>
/// <param name="Active">Default true.</param>
/// <param name="OrganizationId">Whose it becomes; absent: the operator's, which hears of every organization. Only an operator names it.</param>
public sealed record CreateWebhook(string? Url, string? Description = null, string[]? Events = null, bool? Active = null, string? OrganizationId = null)
    : IRequest<Result<WebhookResponse>>, ITransactional
{
    [JsonIgnore]
    public WebhookScope Scope { get; init; } = null!;
}

internal sealed class CreateWebhookValidator : AbstractValidator<CreateWebhook>
{
    public CreateWebhookValidator()
    {
        RuleFor(command => command.Url).WebhookUrl();
        RuleFor(command => command.Description).ValidText();
        RuleFor(command => command.Events).EventFilters().When(command => command.Events is not null);
        RuleFor(command => command.OrganizationId).ValidId().When(command => command.OrganizationId is not null);
    }
}

internal sealed class CreateWebhookHandler(IWebhookRepository webhooks, ISecretBox box, IOutgoingAddresses addresses)
    : IRequestHandler<CreateWebhook, Result<WebhookResponse>>
{
    public async Task<Result<WebhookResponse>> Handle(CreateWebhook command, CancellationToken cancellationToken)
    {
        if (command.Scope.Refusal is { } refusal)
            return refusal;
        if (!box.IsConfigured)
            return ProviderCredentialsErrors.EncryptionNotConfigured();
        if (!await addresses.AllowAsync(new Uri(command.Url!), cancellationToken))
            return WebhooksErrors.AddressNotAllowed();

        var id = Guid.CreateVersion7();
        var organizationId = command.Scope.OrganizationId ?? command.OrganizationId;
        var secret = WebhookSecrets.Create();
        var created = await webhooks.CreateAsync(
            new NewWebhook(
                id, organizationId, command.Url!, command.Description ?? string.Empty, command.Events ?? ["*"], command.Active ?? true, box.Seal(secret, id)),
            cancellationToken);
        return created is null ? OrganizationsErrors.NotFound(organizationId!) : created with { Secret = secret };
    }
}
