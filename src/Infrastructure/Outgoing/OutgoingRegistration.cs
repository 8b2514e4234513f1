using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Outgoing;

internal static class OutgoingRegistration
{
    public static void AddOutgoing(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OutgoingOptions>()
            .Bind(configuration.GetSection(OutgoingOptions.Section))
            .Validate(OutgoingOptions.AreNetworks, "Outgoing:AllowedNetworks: give networks as 10.1.0.0/16 or fd12::/16.")
            .ValidateOnStart();
        services.AddSingleton<OutgoingAddresses>();
        services.AddSingleton<IOutgoingAddresses>(provider => provider.GetRequiredService<OutgoingAddresses>());
    }
}
