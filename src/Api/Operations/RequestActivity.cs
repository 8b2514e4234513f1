using System.Diagnostics;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Api.Operations;

/// <summary>What a request's span says of it. The framework could say more, among it the path, which names tenants.</summary>
internal static class RequestActivity
{
    public static void Ended(HttpContext context, int status)
    {
        if (!Telemetry.Source.HasListeners() || Activity.Current is not { IsAllDataRequested: true } activity)
            return;

        var endpoint = context.GetEndpoint() as RouteEndpoint;
        var route = endpoint?.RoutePattern.RawText;

        // A method that no route asks for may be any text.
        var method = endpoint?.Metadata.GetMetadata<IHttpMethodMetadata>() is null ? "_OTHER" : context.Request.Method;
        activity.DisplayName = route is null ? method : $"{method} {route}";
        activity.SetTag("http.request.method", method).SetTag("http.route", route).SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            activity.SetStatus(ActivityStatusCode.Error);
    }
}
