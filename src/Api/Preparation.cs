using System.Runtime.InteropServices;
using SaasLlm.Api.Auth;
using SaasLlm.Infrastructure.Catalog;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Postgres.Embedded;

namespace SaasLlm.Api;

/// <summary>What must be true before the first request is taken.</summary>
internal static class Preparation
{
    /// <summary>Finds (or in Development starts) the database and brings its schema up to date. A failure ends the process: a half-migrated service never starts.</summary>
    /// <exception cref="OperationCanceledException">A signal asked the service to stop.</exception>
    public static async Task PrepareAsync(this WebApplication app)
    {
        // The host listens for signals only once it runs. Without this one, Ctrl-C during a first start would leave PostgreSQL behind.
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        // A closed terminal is a wish to stop as well, for which the host itself does not listen.
        var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        app.Lifetime.ApplicationStopped.Register(hangUp.Dispose);

        var services = app.Services;
        services.GetRequiredService<PostgresAddress>().ConnectionString = await FindPostgresAsync(app);
        await services.GetRequiredService<Migrations>().ApplyAsync(app.Lifetime.ApplicationStopping);
        await services.PrepareCatalogAsync(app.Lifetime.ApplicationStopping);
        if (app.Environment.IsDevelopment())
            app.Lifetime.ApplicationStarted.Register(() => Welcome(app));

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            app.Lifetime.StopApplication();
        }
    }

    private static async Task<string> FindPostgresAsync(WebApplication app)
    {
        if (app.Configuration.GetConnectionString("Postgres") is { Length: > 0 } configured)
            return configured;
        if (!app.Environment.IsDevelopment())
            throw new InvalidOperationException("Set ConnectionStrings:Postgres: outside Development no database is started.");

        // Stopped with the container that made it: after the last request, and after everything that was made later and uses it.
        return await app.Services.GetRequiredService<EmbeddedPostgres>().StartAsync(
            new EmbeddedPostgresOptions { DataFolder = Path.GetFullPath(app.Configuration["Postgres:DataFolder"] ?? DefaultDataFolder()) },
            app.Lifetime.ApplicationStopping);
    }

    /// <summary><c>.data/postgres</c> of the repository, wherever in it the service was started; elsewhere of the current folder.</summary>
    private static string DefaultDataFolder()
    {
        var current = Directory.GetCurrentDirectory();
        for (var folder = new DirectoryInfo(current); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SaasLlm.sln")))
                return Path.Combine(folder.FullName, ".data", "postgres");
        }

        return Path.Combine(current, ".data", "postgres");
    }

    private static void Welcome(WebApplication app)
    {
        var address = app.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal);
        // A configured key is a secret; only the documented one is shown.
        var configured = app.Configuration.GetSection("Auth:AdminKeys").Exists();
        var key = configured ? "$ADMIN_KEY" : OperatorKeys.DevelopmentKey;
        Console.WriteLine(
            $$"""

              SaasLlm    {{address}}
              API docs   {{address}}/docs
              Admin key  {{(configured ? "as configured (Auth:AdminKeys)" : key)}}

              Try:  curl -X POST {{address}}/api/organizations/create -H "Authorization: Bearer {{key}}" -H "Content-Type: application/json" -d '{"organization_id":"org_demo","name":"Demo"}'
              Stop: Ctrl-C (the data stays)

            """);
    }
}
