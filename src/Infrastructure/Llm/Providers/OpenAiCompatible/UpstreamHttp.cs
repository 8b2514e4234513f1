using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using SaasLlm.Infrastructure.Llm.Providers.Sandbox;
using SaasLlm.Infrastructure.Outgoing;

namespace SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

/// <summary>The ways out: the network, once as it is and once guarded, each over one pool of connections, and the sandbox, which answers in this process.</summary>
internal sealed class UpstreamHttp : IDisposable
{
    private readonly X509Certificate2Collection _authorities = [];

    public UpstreamHttp(TimeProvider time, IOptions<LlmOptions> options, OutgoingAddresses outgoing)
    {
        if (options.Value.CertificateAuthorities is { Length: > 0 } file)
            _authorities.ImportFromPemFile(file);

        var guarded = Handler();
        guarded.ConnectCallback = outgoing.ConnectAsync;
        Network = new HttpMessageInvoker(Handler());
        Guarded = new HttpMessageInvoker(guarded);
        Sandbox = new HttpMessageInvoker(new SandboxHandler(time));
    }

    public HttpMessageInvoker Network { get; }

    /// <summary>For addresses that callers chose.</summary>
    public HttpMessageInvoker Guarded { get; }

    public HttpMessageInvoker Sandbox { get; }

    /// <summary>
    /// A request over HTTP/2 where the server agrees to it in the TLS handshake, else HTTP/1.1. "Or higher" would let a server
    /// lead it to HTTP/3, and would want HTTP/2 where there is no TLS to ask in.
    /// </summary>
    public static HttpRequestMessage Request(HttpMethod method, Uri address) => new(method, address)
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
    };

    /// <summary>Puts the path behind the base address, with or without its last slash; a query of the base stays at the end.</summary>
    public static Uri Combine(Uri baseAddress, string path) =>
        new(baseAddress.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/" + path + baseAddress.Query);

    public void Dispose()
    {
        Network.Dispose();
        Guarded.Dispose();
        Sandbox.Dispose();
    }

    private SocketsHttpHandler Handler()
    {
        var handler = new SocketsHttpHandler
        {
            // A provider that moves is found again, for its name is looked up anew for each connection.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(10),

            // One HTTP/2 connection takes about a hundred calls at the same time. One that has died in silence is found out
            // while calls wait on it; idle ones are not asked, because some servers take that for an attack.
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            AutomaticDecompression = DecompressionMethods.All,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,

            // A stream that is given up stops at once: no reading on in the background to save the connection.
            ResponseDrainTimeout = TimeSpan.Zero,

            // Providers have no business with this service's trace ids.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        };
        if (_authorities.Count > 0)
            handler.SslOptions.RemoteCertificateValidationCallback = IsTrusted;
        return handler;
    }

    /// <summary>What the system does not trust may still be vouched for by the operator's own authorities; a wrong name never is.</summary>
    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 own || chain is null)
            return false;

        using var ours = new X509Chain();
        ours.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        ours.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        ours.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        ours.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return ours.Build(own);
    }
}
