namespace SaasLlm.Api.Http;

internal static class Idempotency
{
    /// <summary>The <c>Idempotency-Key</c> header; null where it is absent.</summary>
    public static string? IdempotencyKey(this HttpContext context) =>
        context.Request.Headers.TryGetValue("Idempotency-Key", out var value) ? value.ToString() : null;
}
