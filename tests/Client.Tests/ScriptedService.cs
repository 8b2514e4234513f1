using System.Net;
using System.Text;

namespace SaasLlm.Client.Tests;

/// <summary>A service that gives the answers of its script, the last one again and again, and remembers what it was asked.</summary>
internal sealed class ScriptedService(params ScriptedAnswer[] script) : HttpMessageHandler
{
    public HurriedTime Time { get; init; } = new();

    public RetryOptions Retry { get; } = new();

    public List<(HttpMethod Method, string Path, string? IdempotencyKey, string Body)> Requests { get; } = [];

    public SaasLlmClient Connect() => new(Http());

    public HttpClient Http() => new(new RetryHandler(Retry, Time) { InnerHandler = this }) { BaseAddress = new Uri("http://service.test/") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = script[Math.Min(Requests.Count, script.Length - 1)];
        Requests.Add((
            request.Method,
            request.RequestUri!.PathAndQuery,
            request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null,
            request.Content is null ? string.Empty : await request.Content.ReadAsStringAsync(cancellationToken)));
        var response = new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = new StringContent(answer.Body, Encoding.UTF8, "application/json") };
        if (answer.RetryAfter is { } wait)
            response.Headers.TryAddWithoutValidation("Retry-After", wait);
        response.Headers.Date = answer.Date;
        return response;
    }
}

internal sealed record ScriptedAnswer(int Status, string Body = "{}", string? RetryAfter = null, DateTimeOffset? Date = null);
