using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Application.Webhooks;

/// <summary>Changes what is given; what is absent stays. Being active again sends what has waited.</summary>
public sealed record UpdateWebhook(string? Url = null, string? Description = null, string[]? Events = null, bool? Active = null)
    : IRequest<Result<WebhookResponse>>, ITransactional
{
    [JsonIgnore]
    public WebhookScope Scope { get; init; } = null!;

    [JsonIgnore]
    public Guid WebhookId { get; init; }
}

internal sealed class UpdateWebhookValidator : AbstractValidator<UpdateWebhook>
{
    public UpdateWebhookValidator()
    {
        RuleFor(command => command.Url).WebhookUrl().When(command => command.Url is not null);
        RuleFor(command => command.Description).ValidText();
        RuleFor(command => command.Events).EventFilters().When(command => command.Events is not null);
    }
}

internal sealed class UpdateWebhookHandler(IWebhookRepository webhooks, IOutgoingAddresses addresses)
    : IRequestHandler<UpdateWebhook, Result<WebhookResponse>>
{
    public async Task<Result<WebhookResponse>> Handle(UpdateWebhook command, CancellationToken cancellationToken)
    {
        if (command.Scope.Refusal is { } refusal)
            return refusal;
        if (command.Url is not null && !await addresses.AllowAsync(new Uri(command.Url), cancellationToken))
            return WebhooksErrors.AddressNotAllowed();

        var updated = await webhooks.UpdateAsync(
            new WebhookChange(
                new WebhookKey(command.WebhookId, command.Scope.OrganizationId), command.Url, command.Description, command.Events, command.Active),
            cancellationToken);
        return updated is null ? WebhooksErrors.NotFound() : updated;
    }
}
