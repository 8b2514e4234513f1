using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Events;

namespace SaasLlm.Infrastructure.Webhooks;

internal static class WebhooksRegistration
{
    /// <summary>The outbox, and what delivers from it.</summary>
    public static void AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhookOptions>()
            .Bind(configuration.GetSection(WebhookOptions.Section))
            .Validate(WebhookOptions.AreInRange, "Webhooks: a setting is out of its range; see the configuration table.")
            .ValidateOnStart();
        services.AddScoped<IEventOutbox, EventOutbox>();
        services.AddSingleton<WebhookQueue>();
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<IWebhookSender, WebhookSender>();
        services.AddSingleton<WebhookRelay>();
        services.AddHostedService<WebhookWorker>();
    }
}
