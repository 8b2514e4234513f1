using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Api;

/// <summary>What must be true before the first request is taken.</summary>
internal static class Preparation
{
    /// <summary>Finds (or in Development starts) the database and brings its schema up to date. A failure ends the process: a half-migrated service never starts.</summary>
    public static async Task PrepareAsync(this WebApplication app)
    {
        var services = app.Services;
        services.GetRequiredService<PostgresAddress>().ConnectionString = app.Configuration.GetConnectionString("Postgres")
            ?? throw new InvalidOperationException("Set ConnectionStrings:Postgres.");
        await services.GetRequiredService<Migrations>().ApplyAsync(app.Lifetime.ApplicationStopping);
    }
}
