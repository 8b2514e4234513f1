using System.Security.Cryptography;
using Microsoft.Extensions.FileProviders;

namespace SaasLlm.Api.Operations;

/// <summary>
/// The dashboard, where it was built into <c>wwwroot/dashboard</c>: its files, and its page at every address below
/// <c>/dashboard</c>, since which of its pages that is only the page itself knows.
/// </summary>
internal static class DashboardPages
{
    public const string Path = "/dashboard";

    private const string IndexFile = "dashboard/index.html";

    /// <summary>Stands in the page wherever the nonce of an answer belongs: see <c>src/Dashboard/vite.config.ts</c>.</summary>
    private const string NoncePlaceholder = "__nonce__";

    private const int NonceBytes = 16;

    /// <summary>The names of built files change with what is in them.</summary>
    private const string KeptForAYear = "public, max-age=31536000, immutable";

    // In a branch of its own: it would look for a file at every address, which the other routes would pay for.
    public static void UseDashboardFiles(this WebApplication app) => app.UseWhen(
        static context => context.Request.Path.StartsWithSegments(Path, StringComparison.Ordinal),
        static branch => branch.UseStaticFiles(new StaticFileOptions
        {
            OnPrepareResponse = static file =>
                file.Context.Response.Headers.CacheControl = file.Context.Request.Path.StartsWithSegments(Path + "/assets", StringComparison.Ordinal) ? KeptForAYear : "no-cache",
        }));

    public static void MapDashboard(this WebApplication app)
    {
        var index = app.Environment.WebRootFileProvider.GetFileInfo(IndexFile);
        if (index.Exists)
            MapPage(app, Read(index));
    }

    private static void MapPage(WebApplication app, string page) => app.MapGet(Path + "/{*path:nonfile}", (HttpContext context) =>
        {
            var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.ContentSecurityPolicy = PolicyWith(nonce);
            return Results.Text(page.Replace(NoncePlaceholder, nonce, StringComparison.Ordinal), "text/html; charset=utf-8");
        })
        .ExcludeFromDescription();

    // Scripts come only from files of this service. Mantine writes style elements as it draws, for the theme's variables and for
    // sizes that depend on the window: each bears the nonce of the answer, so that no other inline style is let in.
    private static string PolicyWith(string nonce) =>
        $"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static string Read(IFileInfo file)
    {
        using var reader = new StreamReader(file.CreateReadStream());
        return reader.ReadToEnd();
    }
}
