using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Webhooks;

/// <summary>The columns of <see cref="WebhookTarget"/>; the previous secret only while it signs.</summary>
internal record TargetRow
{
    public Guid WebhookId { get; init; }

    public string Url { get; init; } = "";

    public byte[] SecretEncrypted { get; init; } = [];

    public string EncryptionKeyId { get; init; } = "";

    public byte[]? PreviousSecretEncrypted { get; init; }

    public string? PreviousEncryptionKeyId { get; init; }

    public WebhookTarget ToTarget() => new(
        WebhookId,
        Url,
        new SealedSecret(EncryptionKeyId, SecretEncrypted),
        PreviousSecretEncrypted is null ? null : new SealedSecret(PreviousEncryptionKeyId!, PreviousSecretEncrypted));
}
