using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace SaasLlm.Testing;

/// <summary>A certified OpenID Connect provider (npm <c>oidc-provider</c>, see <c>tests/Oidc</c>) as its own process.</summary>
public sealed class OidcServer : IAsyncDisposable
{
    /// <summary>What its access tokens are for.</summary>
    public const string Audience = "urn:saasllm";

    public const string ClientId = "gateway";
    public const string ClientSecret = "a secret of the tests";

    private readonly int _port;
    private readonly Uri _redirectUri;
    private readonly HttpClient _client;
    private Process? _process;

    private OidcServer(int port, Uri redirectUri)
    {
        _port = port;
        _redirectUri = redirectUri;
        _client = new HttpClient { BaseAddress = new Uri(Issuer), Timeout = TimeSpan.FromSeconds(20) };
    }

    public string Issuer => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    /// <param name="redirectUri">Where it sends browsers back to.</param>
    public static async Task<OidcServer> StartAsync(Uri redirectUri)
    {
        var server = new OidcServer(Ports.Lasting(), redirectUri);
        try
        {
            await server.LaunchAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A token of a program that acts for itself (client credentials).</summary>
    public async Task<string> TokenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token")
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "client_credentials")]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"machine:{Uri.EscapeDataString(ClientSecret)}")));
        using var answer = await _client.SendAsync(request);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    /// <summary>What its tokens say of somebody from now on.</summary>
    public async Task SayAsync(string subject, object claims)
    {
        using var answer = await _client.PutAsJsonAsync($"/test/claims/{subject}", claims);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Signs with a new key from now on.</summary>
    /// <param name="keep">False: what was signed before is no longer vouched for.</param>
    public async Task RotateAsync(bool keep = true)
    {
        using var answer = await _client.PostAsync($"/test/rotate?keep={(keep ? "true" : "false")}", null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Nobody listens there afterwards.</summary>
    public async Task StopAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
        _client.Dispose();
    }

    private async Task LaunchAsync()
    {
        var start = new ProcessStartInfo("node") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = await NodeScripts.InstallAsync("tests", "Oidc") };
        foreach (var argument in new[] { "server.mjs", _port.ToString(CultureInfo.InvariantCulture), _redirectUri.AbsoluteUri })
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");

        // It warns at length that it is for tests.
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        if (await _process.StandardOutput.ReadLineAsync() is not "ready")
            throw new InvalidOperationException("The OpenID Connect provider did not start.");
    }
}
