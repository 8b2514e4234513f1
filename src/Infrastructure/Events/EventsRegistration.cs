using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Events;

internal static class EventsRegistration
{
    public static void AddEvents(this IServiceCollection services) => services.AddScoped<IEventOutbox, EventOutbox>();
}
