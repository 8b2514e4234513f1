namespace SaasLlm.Api.Operations;

/// <summary>Tells browsers to take every answer as what it says it is, and to load nothing from elsewhere on its behalf.</summary>
internal static class SecurityHeaders
{
    private const string Policy = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

    // Set when the answer starts, because the fault handler clears the headers on its way; a page may have set a policy of its own.
    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        context.Response.OnStarting(
            static state =>
            {
                var headers = ((HttpResponse)state).Headers;
                headers.XContentTypeOptions = "nosniff";
                if (headers.ContentSecurityPolicy.Count == 0)
                    headers.ContentSecurityPolicy = Policy;

                return Task.CompletedTask;
            },
            context.Response);
        return next(context);
    });
}
