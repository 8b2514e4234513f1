using System.Diagnostics;
using System.Net;
using SaasLlm.Infrastructure.Llm.Providers.Sandbox;

namespace SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

/// <summary>The two ways out: the network, over one pool of connections, and the sandbox, which answers in this process.</summary>
internal sealed class UpstreamHttp : IDisposable
{
    public UpstreamHttp(TimeProvider time)
    {
        Network = new HttpMessageInvoker(new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
            AutomaticDecompression = DecompressionMethods.All,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,

            // A stream that is given up stops at once: no reading on in the background to save the connection.
            ResponseDrainTimeout = TimeSpan.Zero,

            // Providers have no business with this service's trace ids.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        });
        Sandbox = new HttpMessageInvoker(new SandboxHandler(time));
    }

    public HttpMessageInvoker Network { get; }

    public HttpMessageInvoker Sandbox { get; }

    /// <summary>A request over HTTP/2 where the server offers it over TLS, else HTTP/1.1.</summary>
    public static HttpRequestMessage Request(HttpMethod method, Uri address) => new(method, address)
    {
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
    };

    /// <summary>Puts the path behind the base address, with or without its last slash.</summary>
    public static Uri Combine(Uri baseAddress, string path) => new(baseAddress.AbsoluteUri.TrimEnd('/') + "/" + path);

    public void Dispose()
    {
        Network.Dispose();
        Sandbox.Dispose();
    }
}
