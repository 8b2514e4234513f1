using FluentValidation;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Application;
using SaasLlm.Application.Budgets;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Metering;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Usage;
using SaasLlm.Infrastructure.Background;
using SaasLlm.Infrastructure.Byok;
using SaasLlm.Infrastructure.Caching;
using SaasLlm.Infrastructure.Catalog;
using SaasLlm.Infrastructure.Credits;
using SaasLlm.Infrastructure.Identities;
using SaasLlm.Infrastructure.Import;
using SaasLlm.Infrastructure.Jobs;
using SaasLlm.Infrastructure.Live;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Infrastructure.Monitoring;
using SaasLlm.Infrastructure.Outgoing;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Postgres.Embedded;
using SaasLlm.Infrastructure.RateLimiting;
using SaasLlm.Infrastructure.Redis;
using SaasLlm.Infrastructure.ResponseCaching;
using SaasLlm.Infrastructure.Settings;
using SaasLlm.Infrastructure.Settlement;
using SaasLlm.Infrastructure.Usage;
using SaasLlm.Infrastructure.Webhooks;

namespace SaasLlm.Infrastructure;

public static class DependencyInjection
{
    /// <summary>Registers the use cases and everything that they need from outside.</summary>
    public static IServiceCollection AddSaasLlm(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        TypeHandlers.Register();
        ValidatorOptions.Global.DisplayNameResolver = (_, member, _) => member?.Name;
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) =>
            member is null ? null : System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);

        services.AddSingleton(TimeProvider.System);
        services.AddMonitoring(configuration);
        services.AddMediator();
        services.AddPostgres();
        services.AddRedis(configuration);
        services.AddCaches();
        services.AddCatalog();
        services.AddLedger(configuration);
        services.AddOutgoing(configuration);
        services.AddByok();
        services.AddLlm(configuration);
        services.AddResponseCache(configuration);
        services.AddRateLimiting(configuration);
        services.AddIdentities(configuration);
        services.AddSingleton<IConfigFiles, ConfigFiles>();
        services.AddUsage(configuration);
        services.AddWebhooks(configuration);
        services.AddHostedService<LiveRelay>();
        services.AddSingleton<ISettings, EffectiveSettings>();
        return services;
    }

    private static void AddMediator(this IServiceCollection services)
    {
        services.AddTransient<ServiceFactory>(provider => type => provider.GetService(type)!);
        services.AddTransient<IMediator, Mediator>();
        services.Scan(scan => scan
            .FromAssemblies(ApplicationAssembly.Assembly)
            .AddClasses(classes => classes.AssignableTo(typeof(IRequestHandler<,>)), publicOnly: false)
            .AsImplementedInterfaces()
            .WithTransientLifetime()
            .AddClasses(classes => classes.AssignableTo(typeof(IValidator<>)), publicOnly: false)
            .AsImplementedInterfaces()
            .WithSingletonLifetime());
        foreach (var (behavior, isShared) in ApplicationAssembly.Behaviors)
            services.Add(new ServiceDescriptor(typeof(IPipelineBehavior<,>), behavior, isShared ? ServiceLifetime.Singleton : ServiceLifetime.Scoped));
    }

    /// <summary>A cache is one object that is both the port it serves and something that a change drops entries of.</summary>
    private static void AddCaches(this IServiceCollection services)
    {
        services.AddSingleton<ListenerState>();
        services.AddSingleton<IListenerState>(provider => provider.GetRequiredService<ListenerState>());
        services.AddSingleton<LocalInvalidation>();
        services.AddSingleton<CacheMetrics>();
        services.AddHostedService<ChangeListener>();
        services.Scan(scan => scan
            .FromAssemblyOf<PostgresSession>()
            .AddClasses(classes => classes.AssignableTo<IInvalidated>(), publicOnly: false)
            .AsSelfWithInterfaces()
            .WithSingletonLifetime());
    }

    private static void AddLedger(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(configuration.GetSection("Jobs").Get<JobOptions>() ?? new JobOptions());
        services.AddSingleton<SettlementMetrics>();
        services.AddSingleton<AccountingMetrics>();
        services.AddSingleton<UseSettlement>();
        services.AddSingleton<ICallSettlement, CallSettlement>();
        services.AddSingleton<CountedCalls>();
        services.AddSingleton<IJobCalls, JobCalls>();
        services.AddSingleton<IJobLedger, JobLedger>();
        services.AddSingleton<JobCompletions>();
        services.AddSingleton<ILedgerAudit, LedgerAudit>();
        services.AddSingleton<CallAdmission>();
        services.AddSingleton(configuration.GetSection(MeteringOptions.Section).Get<MeteringOptions>() ?? new MeteringOptions());
        services.AddSingleton<HoldWriter>();
        services.AddSingleton<ChargeWriter>();
        services.AddSingleton<ICallMeter, CallMeter>();
        services.AddSingleton<CallMetering>();
        services.AddSingleton<CallerModels>();
        services.AddHostedService<HoldExpiry>();
        services.AddHostedService<JobExpiry>();
        services.AddSingleton(configuration.GetSection("Credits").Get<CreditOptions>() ?? new CreditOptions());
        services.AddScoped<MonthlyGrant>();
        services.AddScoped<BudgetOwners>();
        services.AddHostedService<CreditGrants>();
    }

    private static void AddUsage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(configuration.GetSection(UsageOptions.Section).Get<UsageOptions>() ?? new UsageOptions());
        services.AddSingleton<IUsageRollup, UsageRollup>();
        services.AddSingleton<IMonthPartitions, MonthPartitions>();
        services.AddHostedService<UsageFolding>();
        services.AddHostedService<MonthUpkeep>();
    }

    private static void AddPostgres(this IServiceCollection services)
    {
        services.AddSingleton<PostgresAddress>();
        services.AddSingleton<EmbeddedPostgres>();
        services.AddSingleton(provider => PostgresDataSource.Create(provider.GetRequiredService<PostgresAddress>().ConnectionString));
        services.AddKeyedSingleton(
            PostgresDataSource.Writers, static (provider, _) => PostgresDataSource.CreateForWriters(provider.GetRequiredService<PostgresAddress>().ConnectionString));
        services.AddSingleton<Migrations>();
        services.AddScoped<Requester>();
        services.AddScoped<PostgresSession>();
        services.AddScoped<ITransaction>(provider => provider.GetRequiredService<PostgresSession>());
        services.AddScoped<IChangeFeed>(provider => provider.GetRequiredService<PostgresSession>());
        services.Scan(scan => scan
            .FromAssemblyOf<PostgresSession>()
            .AddClasses(classes => classes.Where(type => type.Name.EndsWith("Repository", StringComparison.Ordinal)), publicOnly: false)
            .AsImplementedInterfaces()
            .WithScopedLifetime());
    }
}
