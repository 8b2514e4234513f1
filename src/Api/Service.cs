using SaasLlm.Api.Alerts;
using SaasLlm.Api.Audit;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Budgets;
using SaasLlm.Api.Byok;
using SaasLlm.Api.Catalog;
using SaasLlm.Api.Credits;
using SaasLlm.Api.Http;
using SaasLlm.Api.Identities;
using SaasLlm.Api.Import;
using SaasLlm.Api.Jobs;
using SaasLlm.Api.KeyLinks;
using SaasLlm.Api.Live;
using SaasLlm.Api.Llm;
using SaasLlm.Api.OpenApi;
using SaasLlm.Api.Operations;
using SaasLlm.Api.Operations.Otlp;
using SaasLlm.Api.Organizations;
using SaasLlm.Api.Pricing;
using SaasLlm.Api.ProviderCredentials;
using SaasLlm.Api.Settings;
using SaasLlm.Api.Teams;
using SaasLlm.Api.Tiers;
using SaasLlm.Api.Usage;
using SaasLlm.Api.Webhooks;
using SaasLlm.Infrastructure;

namespace SaasLlm.Api;

/// <summary>The whole service as one value: <c>Program</c> runs it, tests start it on a free port.</summary>
internal static class Service
{
    /// <summary>A folder with secrets, each in a file that is named like its setting with two underscores for a colon. Default: none.</summary>
    private const string SecretsFolder = "Secrets:Folder";

    public const string DefaultAddress = "http://localhost:8003";

    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        if (builder.Configuration[SecretsFolder] is { Length: > 0 } secrets)
            builder.Configuration.AddKeyPerFile(secrets, optional: false);
        if (builder.Configuration["urls"] is null)
            builder.WebHost.UseUrls(DefaultAddress);

        builder.AddServiceLogging();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = builder.Configuration.GetValue("Api:MaxBodyBytes", 10L * 1024 * 1024);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.ConfigureHttpJsonOptions(options => JsonConventions.Apply(options.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddSaasLlm(builder.Configuration);
        builder.Services.AddCallers(builder.Configuration, builder.Environment);
        builder.Services.AddScoped<Readiness>();
        builder.AddMonitors();
        builder.Services.AddApiDocument();

        var app = builder.Build();
        app.StartOtlpExport();
        app.UseTrustedProxies();
        app.UseRequestId();
        app.UseMiddleware<RequestLog>();
        app.UseSecurityHeaders();
        app.UseFaultHandler();
        app.RefuseNulInQuery();
        app.UseDocumentationPages();
        app.UseDashboardFiles();
        app.UseRouting();
        app.UseMiddleware<CallerAccess>();

        app.MapOrganizations();
        app.MapOrganizationCredits();
        app.MapTiers();
        app.MapTeams();
        app.MapKeyLinks();
        app.MapUsage();
        app.MapCredits();
        app.MapJobs();
        app.MapPricing();
        app.MapBudgets();
        app.MapLlm();
        app.MapModels();
        app.MapModelGroups();
        app.MapAccessGroups();
        app.MapProviderCredentials();
        app.MapByok();
        app.MapUsers();
        app.MapMembers();
        app.MapAccounts();
        app.MapUserKeys();
        app.MapAudit();
        app.MapImport();
        app.MapAlerts();
        app.MapWebhooks();
        app.MapEvents();
        app.MapSettings();
        app.MapHealth();
        app.MapMetrics();
        app.MapStartPage();
        app.MapDashboard();
        app.MapApiDocument();
        app.MapUnknownRoutes();
        return app;
    }

    /// <summary>Prepares the database, serves until it is told to stop, and gives the exit code.</summary>
    public static async Task<int> RunAsync(WebApplication app)
    {
        await using var ending = app;
        try
        {
            await app.PrepareAsync();
            await app.RunAsync();
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Asked to stop before it had started.
        }

        return 0;
    }
}
