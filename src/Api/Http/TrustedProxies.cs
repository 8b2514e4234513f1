using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace SaasLlm.Api.Http;

/// <summary>Behind proxies of configuration <c>Api:TrustedProxies</c> a request's address is what they say in <c>X-Forwarded-For</c>. By default nobody is believed.</summary>
internal static class TrustedProxies
{
    private const string Setting = "Api:TrustedProxies";

    /// <exception cref="InvalidOperationException">An entry is neither an address nor a network.</exception>
    public static void UseTrustedProxies(this WebApplication app)
    {
        var trusted = app.Configuration.GetSection(Setting).Get<string[]>() ?? [];
        if (trusted.Length == 0)
            return;

        // Without a limit: it goes back along the list for as long as a trusted proxy says who came before it.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var entry in trusted)
        {
            if (IPNetwork.TryParse(entry, out var network))
                options.KnownIPNetworks.Add(network);
            else if (IPAddress.TryParse(entry, out var address))
                options.KnownProxies.Add(address);
            else
                throw new InvalidOperationException($"{Setting}: '{entry}' is neither an address nor a network in CIDR notation.");
        }

        app.UseForwardedHeaders(options);
    }
}
