using SaasLlm.Api.OpenApi;

namespace SaasLlm.Api.Operations;

internal static class StartPage
{
    private static readonly ServiceInfo Info =
        new("SaasLlm", ServiceVersion.Text, DocumentationPages.SwaggerPath, DashboardPages.Path);

    /// <summary>A person who opens a development service wants its documentation; a program elsewhere wants to know what it reached.</summary>
    public static void MapStartPage(this WebApplication app) =>
        app.MapGet("/", () => app.Environment.IsDevelopment() ? Results.Redirect(DocumentationPages.SwaggerPath) : Results.Ok(Info))
            .ExcludeFromDescription();

    private sealed record ServiceInfo(string Name, string Version, string Docs, string Dashboard);
}
