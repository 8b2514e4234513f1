namespace SaasLlm.Api.Http;

internal static class Idempotency
{
    public const string Header = "Idempotency-Key";

    /// <summary>The <c>Idempotency-Key</c> header; null where it is absent.</summary>
    public static string? IdempotencyKey(this HttpContext context) =>
        context.Request.Headers.TryGetValue(Header, out var value) ? value.ToString() : null;

    /// <summary>Says of an endpoint that a repeated request does no harm under the same key.</summary>
    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new IdempotentEndpoint());
}

/// <summary>Marks an endpoint that heeds <c>Idempotency-Key</c>, for the API's description.</summary>
internal sealed class IdempotentEndpoint;
