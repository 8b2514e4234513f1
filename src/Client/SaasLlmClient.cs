using System.Net.Http.Headers;
using System.Net.Http.Json;
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
        if (string.IsNullOrWhiteSpace(options.ApiKey))
            throw new ArgumentException("ApiKey is required.", nameof(options));

        var http = Open(options, time, useCookies: false);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        return new SaasLlmClient(http);
    }

    /// <summary>Signs in as a person, by e-mail and password; the client is theirs until the session ends.</summary>
    /// <param name="options">The key is not needed.</param>
    /// <exception cref="ArgumentException">The address is missing.</exception>
    /// <exception cref="ApiException">E-mail or password is wrong, or the account is locked for a while.</exception>
    public static async Task<SaasLlmClient> SignInAsync(
        SaasLlmClientOptions options, string email, string password, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var client = new SaasLlmClient(Open(options, time: null, useCookies: true));
        try
        {
            await client.SignInAsync(new SignIn { Email = email, Password = password }, cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Closes its connections.</summary>
    public void Dispose()
    {
        _httpClient.Dispose();
        GC.SuppressFinalize(this);
    }

    private static HttpClient Open(SaasLlmClientOptions options, TimeProvider? time, bool useCookies)
    {
        if (options.BaseAddress is not { IsAbsoluteUri: true } address)
            throw new ArgumentException("BaseAddress must be an absolute address.", nameof(options));

        var connections = new SocketsHttpHandler { PooledConnectionLifetime = options.ConnectionLifetime, UseCookies = useCookies };
        var retries = new RetryHandler(options.Retry, time ?? TimeProvider.System) { InnerHandler = connections };
        return new HttpClient(retries)
        {
            // Without the slash, a relative address would replace the last part of the path.
            BaseAddress = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/"),
            Timeout = options.Timeout,
        };
    }

    private async Task SignInAsync(SignIn body, CancellationToken cancellationToken)
    {
        using var response = await _httpClient.PostAsJsonAsync("api/auth/login", body, JsonSerializerSettings, cancellationToken).ConfigureAwait(false);
        await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);

        // The session is a cookie, which any page might have sent; this shows that it was not one.
        var session = await response.Content.ReadFromJsonAsync<SignInAnswer>(JsonSerializerSettings, cancellationToken).ConfigureAwait(false);
        _httpClient.DefaultRequestHeaders.Add("X-CSRF-Token", session!.CsrfToken);
    }

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        var error = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        throw new ApiException("The request was refused.", (int)response.StatusCode, error, HeadersOf(response), innerException: null);
    }

    private static Dictionary<string, IEnumerable<string>> HeadersOf(HttpResponseMessage response) =>
        response.Headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase);

    // To the service, a member that is left out is not the same as one that is null.
    static partial void UpdateJsonSerializerSettings(JsonSerializerOptions settings) =>
        settings.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;

    private static string NewIdempotencyKey() => Guid.CreateVersion7().ToString("N");
}
