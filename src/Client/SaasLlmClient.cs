using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SaasLlm.Client;

/// <summary>
/// The service's API as methods. Safe for use by many threads at once: one instance serves a whole application. Whatever is
/// refused is thrown as <see cref="ApiException"/>.
/// </summary>
public partial class SaasLlmClient : IDisposable
{
    /// <summary>Connects to a service. <see cref="SaasLlmClientRegistration.AddSaasLlmClient"/> does the same for dependency injection.</summary>
    /// <param name="time">What retries wait by; null: the system's.</param>
    /// <exception cref="ArgumentException">The address or the key is missing.</exception>
    public static SaasLlmClient Connect(SaasLlmClientOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.BaseAddress is not { IsAbsoluteUri: true } address)
            throw new ArgumentException("BaseAddress must be an absolute address.", nameof(options));
        if (string.IsNullOrWhiteSpace(options.ApiKey))
            throw new ArgumentException("ApiKey is required.", nameof(options));

        var connections = new SocketsHttpHandler { PooledConnectionLifetime = options.ConnectionLifetime };
        var retries = new RetryHandler(options.Retry, time ?? TimeProvider.System) { InnerHandler = connections };
        return new SaasLlmClient(new HttpClient(retries)
        {
            // Without the slash, a relative address would replace the last part of the path.
            BaseAddress = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/"),
            Timeout = options.Timeout,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey) },
        });
    }

    /// <summary>Closes its connections.</summary>
    public void Dispose()
    {
        _httpClient.Dispose();
        GC.SuppressFinalize(this);
    }

    // To the service, a member that is left out is not the same as one that is null.
    static partial void UpdateJsonSerializerSettings(JsonSerializerOptions settings) =>
        settings.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;

    private static string NewIdempotencyKey() => Guid.CreateVersion7().ToString("N");
}
