namespace SaasLlm.Api.OpenApi;

/// <summary>Swagger UI and ReDoc over the service's own document; neither page loads anything from another host.</summary>
internal static class DocumentationPages
{
    public const string SwaggerPath = "/docs";
    public const string RedocPath = "/redoc";

    // Both libraries write style elements as they draw; scripts they load only from files of this service.
    // ReDoc searches in a worker that it makes from a blob.
    private const string Policy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

    // The packaged page asks Google for its fonts.
    private const string RedocIndex =
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
            <title>%(DocumentTitle)</title>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <link href="index.css" rel="stylesheet">
        </head>
        <body>
            <div id="redoc-container"></div>
            <script src="redoc.standalone.js"></script>
            <script src="index.js"></script>
        </body>
        </html>
        """;

    // In a branch of their own: each matches every path against patterns, which the other routes would pay for.
    public static void UseDocumentationPages(this WebApplication app) => app.UseWhen(
        static context =>
        {
            var path = context.Request.Path;
            return path.StartsWithSegments(SwaggerPath, StringComparison.Ordinal) || path.StartsWithSegments(RedocPath, StringComparison.Ordinal);
        },
        UsePages);

    private static void UsePages(IApplicationBuilder app)
    {
        app.Use(static (context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            return next(context);
        });
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = SwaggerPath[1..];
            page.DocumentTitle = ApiDocument.Title;
            page.SwaggerEndpoint(ApiDocument.Path, ApiDocument.Title);
            page.EnableTryItOutByDefault();
            page.DisplayRequestDuration();
        });
        app.UseReDoc(page =>
        {
            page.RoutePrefix = RedocPath[1..];
            page.DocumentTitle = ApiDocument.Title;
            page.SpecUrl = ApiDocument.Path;
            page.IndexStream = static () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(RedocIndex), writable: false);
        });
    }
}
