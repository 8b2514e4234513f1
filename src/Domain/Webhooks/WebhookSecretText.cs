namespace SaasLlm.Domain.Webhooks;

/// <summary>What stands before the base64 of a webhook's secret.</summary>
public static class WebhookSecretText
{
    public const string Prefix = "whsec_";
}
