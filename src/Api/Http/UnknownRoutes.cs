using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Http;

/// <summary>What no route knows gets a problem too, not an empty 404.</summary>
internal static class UnknownRoutes
{
    public static void MapUnknownRoutes(this WebApplication app)
    {
        foreach (var surface in (ReadOnlySpan<string>)["/api/{**path}", "/v1/{**path}"])
        {
            app.MapFallback(surface, static (HttpContext context) => context.Response.WriteErrorAsync(
                new Error("route_not_found", $"No route {context.Request.Method} {context.Request.Path}.", ErrorKind.NotFound)));
        }
    }
}
