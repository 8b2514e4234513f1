namespace SaasLlm.Api.Operations;

/// <summary>Tells browsers to take every answer as what it says it is, and to load nothing from elsewhere on its behalf.</summary>
internal static class SecurityHeaders
{
    private const string Policy = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Sets them at once; a page may replace the policy, and who clears the headers sets them again.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        context.Response.SetSecurityHeaders();
        return next(context);
    });

    public static void SetSecurityHeaders(this HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = Policy;
    }
}
