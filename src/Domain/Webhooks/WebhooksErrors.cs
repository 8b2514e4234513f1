using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Webhooks;

public static class WebhooksErrors
{
    public static Error NotFound() => new("webhook_not_found", "No webhook has this id.", ErrorKind.NotFound);

    public static Error DeliveryNotFound() => new("webhook_delivery_not_found", "The webhook has no delivery of this event.", ErrorKind.NotFound);

    public static Error AddressNotAllowed() =>
        new("webhook_address_not_allowed", Address, ErrorKind.Malformed)
        {
            Fields = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["url"] = [Address] },
        };

    private const string Address = "The address must be https and public, or one that the operator allows, and its name must resolve.";
}
