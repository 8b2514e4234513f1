using Microsoft.Extensions.Configuration;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Identities;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Metering;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Settings;
using SaasLlm.Application.Usage;
using SaasLlm.Infrastructure.Identities.Oidc;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Infrastructure.Llm.Providers;
using SaasLlm.Infrastructure.Monitoring;
using SaasLlm.Infrastructure.RateLimiting;
using SaasLlm.Infrastructure.Redis;
using SaasLlm.Infrastructure.ResponseCaching;
using SaasLlm.Infrastructure.Webhooks;

namespace SaasLlm.Infrastructure.Settings;

/// <summary>The options of docs/configuration.md, one by one: what is not named here is never shown, whatever is configured.</summary>
internal sealed class EffectiveSettings(IConfiguration configuration) : ISettings
{
    private static readonly SignInOptions SignIn = new();
    private static readonly OidcOptions Oidc = new();
    private static readonly RedisOptions Redis = new();
    private static readonly ResponseCacheOptions ResponseCache = new();
    private static readonly WebhookOptions Webhooks = new();
    private static readonly JobOptions Jobs = new();
    private static readonly MeteringOptions Metering = new();
    private static readonly UsageOptions Usage = new();
    private static readonly MetricsOptions Metrics = new();
    private static readonly LlmOptions Llm = new();

    private static readonly Setting[] All =
    [
        Setting.Secret("Auth:AdminKeys"),
        Setting.Secret("Auth:ServiceKeys"),
        new("Auth:SignIn:MaxFailedAttempts", SignIn.MaxFailedAttempts),
        new("Auth:SignIn:LockoutMinutes", SignIn.LockoutMinutes),
        new("Auth:SignIn:SessionMinutes", SignIn.SessionMinutes),
        Setting.Address("Auth:Oidc:Issuer"),
        new("Auth:Oidc:Audience"),
        new("Auth:Oidc:ClientId"),
        Setting.Secret("Auth:Oidc:ClientSecret"),
        Setting.Address("Auth:Oidc:RedirectUri"),
        new("Auth:Oidc:Scope", Oidc.Scope),
        new("Auth:Oidc:UserClaim", Oidc.UserClaim),
        new("Auth:Oidc:NameClaim", Oidc.NameClaim),
        new("Auth:Oidc:EmailClaim", Oidc.EmailClaim),
        new("Auth:Oidc:OrganizationClaim", Oidc.OrganizationClaim),
        new("Auth:Oidc:RolesClaim", Oidc.RolesClaim),
        new("Auth:Oidc:OperatorRole", Oidc.OperatorRole),
        Setting.Secret("ConnectionStrings:Postgres"),
        new("Postgres:DataFolder", ".data/postgres"),
        new("Secrets:Folder"),
        new("urls", "http://localhost:8003"),
        new("Api:TrustedProxies"),
        new("Api:MaxBodyBytes", 10 * 1024 * 1024),
        Setting.Secret("Redis:ConnectionString"),
        new("Redis:TimeoutMs", Redis.TimeoutMs),
        new("Redis:Prefix", Redis.Prefix),
        new("RateLimiting:SlotLifetimeSeconds", new RateLimitingOptions().SlotLifetimeSeconds),
        new("ResponseCache:MaxMemoryBytes", ResponseCache.MaxMemoryBytes),
        new("ResponseCache:MaxEntryBytes", ResponseCache.MaxEntryBytes),
        new("ResponseCache:ClientPricePercent", ResponseCache.ClientPricePercent),
        Setting.Secret("Security:EncryptionKeys"),
        new("Security:ActiveEncryptionKey"),
        new("Outgoing:AllowedHosts"),
        new("Outgoing:AllowedNetworks"),
        new("Webhooks:TimeoutSeconds", Webhooks.TimeoutSeconds),
        new("Webhooks:PollIntervalMs", Webhooks.PollIntervalMs),
        new("Webhooks:Parallelism", Webhooks.Parallelism),
        new("Webhooks:RetryHours", Webhooks.RetryHours),
        new("Webhooks:RetentionDays", Webhooks.RetentionDays),
        new("Jobs:DefaultTtlSeconds", Jobs.DefaultTtlSeconds),
        new("Jobs:SweepIntervalSeconds", Jobs.SweepIntervalSeconds),
        new("Metering:HoldOutputTokens", Metering.HoldOutputTokens),
        new("Metering:HoldLifetimeSeconds", Metering.HoldLifetimeSeconds),
        new("Metering:SweepIntervalSeconds", Metering.SweepIntervalSeconds),
        new("Credits:GrantIntervalSeconds", new CreditOptions().GrantIntervalSeconds),
        new("Usage:FoldIntervalSeconds", Usage.FoldIntervalSeconds),
        new("Usage:RetentionMonths", Usage.RetentionMonths),
        new("Usage:UpkeepIntervalSeconds", Usage.UpkeepIntervalSeconds),
        new("Metrics:Enabled", Metrics.Enabled),
        new("Metrics:Anonymous", Metrics.Anonymous),
        new("Metrics:CountIntervalSeconds", Metrics.CountIntervalSeconds),
        Setting.Address("Otlp:Endpoint") with { Alternative = "OTEL_EXPORTER_OTLP_ENDPOINT" },
        new("Otlp:Protocol", "http/protobuf") { Alternative = "OTEL_EXPORTER_OTLP_PROTOCOL" },
        Setting.Secret("Otlp:Headers") with { Alternative = "OTEL_EXPORTER_OTLP_HEADERS" },
        new("Otlp:SampleRatio", 1),
        new("Otlp:MetricsIntervalSeconds", 60),
        new("Otlp:ServiceName", "saasllm"),
        new("Otlp:InstanceId"),
        new("Llm:Sandbox", Llm.Sandbox),
        .. KnownProviders.KeyVariables.Select(Setting.Secret),
        .. KnownProviders.BaseVariables.Select(Setting.Address),
        new("Llm:AttemptTimeoutSeconds", Llm.AttemptTimeoutSeconds),
        new("Llm:StreamStartTimeoutSeconds", Llm.StreamStartTimeoutSeconds),
        new("Llm:StreamIdleTimeoutSeconds", Llm.StreamIdleTimeoutSeconds),
        new("Llm:TotalTimeoutSeconds", Llm.TotalTimeoutSeconds),
        new("Llm:Retries", Llm.Retries),
        new("Llm:RetryBaseDelayMs", Llm.RetryBaseDelayMs),
        new("Llm:RetryMaxDelayMs", Llm.RetryMaxDelayMs),
        new("Llm:MaxCooldownSeconds", Llm.MaxCooldownSeconds),
        new("Llm:CertificateAuthorities"),
        new("Llm:BreakerFailureRatio", Llm.BreakerFailureRatio),
        new("Llm:BreakerMinimumThroughput", Llm.BreakerMinimumThroughput),
        new("Llm:BreakerSamplingSeconds", Llm.BreakerSamplingSeconds),
        new("Llm:BreakerBreakSeconds", Llm.BreakerBreakSeconds),
        new("Llm:MaxAnswerBytes", Llm.MaxAnswerBytes),
        new("Llm:MaxEventBytes", Llm.MaxEventBytes),
    ];

    public IReadOnlyList<SettingResponse> Show() => [.. All.Select(setting => setting.Show(configuration))];
}
