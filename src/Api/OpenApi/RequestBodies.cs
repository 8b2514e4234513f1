using Microsoft.AspNetCore.Http.Metadata;

namespace SaasLlm.Api.OpenApi;

internal static class RequestBodies
{
    /// <summary>Describes the body of an endpoint that reads it raw: <c>.AcceptsJson&lt;LlmCallBody&gt;()</c>.</summary>
    public static RouteHandlerBuilder AcceptsJson<T>(this RouteHandlerBuilder endpoint)
        where T : class =>
        endpoint.WithMetadata(new AcceptsMetadata(["application/json"], typeof(T)));
}
