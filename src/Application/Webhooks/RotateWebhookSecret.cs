using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.ProviderCredentials;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Application.Webhooks;

/// <summary>Makes a new secret, which the answer shows this once. Until the overlap ends both sign what is sent.</summary>
/// <param name="OverlapSeconds">0 to 604,800 (7 days); default 86,400.</param>
public sealed record RotateWebhookSecret(int? OverlapSeconds) : IRequest<Result<WebhookResponse>>, ITransactional
{
    public RotateWebhookSecret()
        : this(OverlapSeconds: null)
    {
    }

    public const int DefaultOverlapSeconds = 86_400;

    [JsonIgnore]
    public WebhookScope Scope { get; init; } = null!;

    [JsonIgnore]
    public Guid WebhookId { get; init; }
}

internal sealed class RotateWebhookSecretValidator : AbstractValidator<RotateWebhookSecret>
{
    public RotateWebhookSecretValidator() =>
        RuleFor(command => command.OverlapSeconds).InclusiveBetween(0, 604_800).WithMessage("must be 0 to 604800 seconds.");
}

internal sealed class RotateWebhookSecretHandler(IWebhookRepository webhooks, ISecretBox box, TimeProvider time)
    : IRequestHandler<RotateWebhookSecret, Result<WebhookResponse>>
{
    public async Task<Result<WebhookResponse>> Handle(RotateWebhookSecret command, CancellationToken cancellationToken)
    {
        if (command.Scope.Refusal is { } refusal)
            return refusal;
        if (!box.IsConfigured)
            return ProviderCredentialsErrors.EncryptionNotConfigured();

        var secret = WebhookSecrets.Create();
        var rotated = await webhooks.RotateSecretAsync(
            new WebhookKey(command.WebhookId, command.Scope.OrganizationId),
            box.Seal(secret, command.WebhookId),
            time.GetUtcNow().AddSeconds(command.OverlapSeconds ?? RotateWebhookSecret.DefaultOverlapSeconds),
            cancellationToken);
        return rotated is null ? WebhooksErrors.NotFound() : rotated with { Secret = secret };
    }
}
