using System.Security.Cryptography;
using FluentValidation;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Application.Webhooks;

/// <summary>Which webhook a request is about, and who asks.</summary>
/// <param name="OrganizationId">Whose it must be; null, which is for operators: anybody's.</param>
public sealed record WebhookScope(Caller Caller, string? OrganizationId)
{
    /// <summary>Null where the caller may.</summary>
    internal Error? Refusal => OrganizationId is null ? null : OrganizationManagement.Refusal(Caller, OrganizationId);
}

internal static class WebhookRules
{
    private const int MaxUrlLength = 2000;

    public static IRuleBuilderOptions<T, string?> WebhookUrl<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(url => url is { Length: <= MaxUrlLength }
                && url.All(c => c is > ' ' and < '\u007f' and not ('\\' or '#'))
                && Uri.TryCreate(url, UriKind.Absolute, out var uri)
                && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
                && uri.Host.Length > 0
                && uri.UserInfo.Length == 0)
            .WithMessage($"must be an absolute http or https address of at most {MaxUrlLength} characters, without user name or fragment.");

    public static IRuleBuilderOptions<T, string[]?> EventFilters<T>(this IRuleBuilder<T, string[]?> rule) =>
        rule.Must(filters => filters is { Length: > 0 and <= 50 } && Array.TrueForAll(filters, EventTypes.IsFilter))
            .WithMessage($"must name one or more of *, a family such as job.*, and {string.Join(", ", EventTypes.All)}.");
}

/// <summary>Secrets as Standard Webhooks writes them.</summary>
internal static class WebhookSecrets
{
    private const int Bytes = 32;
    private const int ShownCharacters = 4;

    public static string Create() => WebhookSecretText.Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));

    public static WebhookSecret Seal(this ISecretBox box, string secret, Guid webhookId) => new(
        box.Seal(secret, SecretOwner.Webhook(webhookId)), string.Concat(secret.AsSpan(0, WebhookSecretText.Prefix.Length + ShownCharacters), "…"));
}
