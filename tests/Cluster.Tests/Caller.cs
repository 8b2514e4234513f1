using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace SaasLlm.Cluster.Tests;

/// <summary>Sends requests to one address, with any key. It never throws for what the other side does: that is what the tests look at.</summary>
internal sealed class Caller(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20) })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    public Task<Reply> GetAsync(string key, string path) => SendAsync(key, HttpMethod.Get, path, null, null);

    public Task<Reply> PostAsync(string key, string path, object? body = null, string? idempotencyKey = null) =>
        SendAsync(key, HttpMethod.Post, path, body, idempotencyKey);

    public Task<Reply> DeleteAsync(string key, string path) => SendAsync(key, HttpMethod.Delete, path, null, null);

    public Task<Reply> CallAsync(Team team, Guid job, string group = Cluster.PlainGroup) =>
        PostAsync(team.Key, $"/api/jobs/{job}/llm-call", Chat(group));

    public Task<Reply> StreamAsync(Team team, Guid job) =>
        PostAsync(team.Key, $"/api/jobs/{job}/llm-call-stream", Chat(Cluster.StreamGroup));

    /// <summary>As <see cref="PostAsync"/>, for what must succeed.</summary>
    public async Task<Reply> MustPostAsync(string key, string path, object? body = null)
    {
        var reply = await PostAsync(key, path, body);
        return reply.IsGood ? reply : throw new InvalidOperationException($"{path}: {reply}");
    }

    public void Dispose() => _http.Dispose();

    private static object Chat(string group) => new { model_group = group, messages = new[] { new { role = "user", content = "hello" } } };

    private async Task<Reply> SendAsync(string key, HttpMethod method, string path, object? body, string? idempotencyKey)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);

        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return new Reply((int)response.StatusCode, await ReadAsync(response))
            {
                FromService = response.Headers.Contains("X-Request-Id"),
                HasRetryAfter = response.Headers.RetryAfter?.Delta > TimeSpan.Zero,
                CallId = response.Headers.TryGetValues("X-Call-Id", out var ids) ? Guid.Parse(ids.First(), CultureInfo.InvariantCulture) : null,
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return new Reply(0, exception.Message);
        }
    }

    /// <summary>A stream that breaks is worth what came of it; any other body that does is no answer.</summary>
    private static async Task<string> ReadAsync(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            return await response.Content.ReadAsStringAsync();

        var text = new System.Text.StringBuilder();
        try
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            var buffer = new char[4096];
            while (await reader.ReadAsync(buffer) is var count and > 0)
                text.Append(buffer, 0, count);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // It breaks off here.
        }

        return text.ToString();
    }
}
