using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Driving;

/// <summary>A client program, for what wrk cannot do: calls that follow from each other, and the times of single events.</summary>
internal sealed class Caller(Subject subject, Tenant tenant) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly byte[] _createBody = Encoding.UTF8.GetBytes($$"""{"team_id":"{{tenant.TeamId}}","job_type":"bench"}""");
    private readonly byte[] _completeBody = """{"status":"completed"}"""u8.ToArray();
    private readonly Dictionary<Route, byte[]> _callBodies = Route.All.ToDictionary(route => route, route => Encoding.UTF8.GetBytes(route.Body));

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null })
    {
        BaseAddress = subject.Address,
        Timeout = TimeSpan.FromSeconds(60),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", tenant.Key) },
    };

    /// <summary>A job from its creation over three calls to its completion; at a proxy, which knows no jobs, the three calls.</summary>
    public async Task<bool> WholeJobAsync(CancellationToken cancellationToken)
    {
        var job = "";
        if (subject.IsService)
        {
            using var created = await PostAsync("/api/jobs/create", _createBody, HttpCompletionOption.ResponseContentRead, cancellationToken);
            if (!created.IsSuccessStatusCode)
                return false;

            using var document = await JsonDocument.ParseAsync(await created.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
            job = document.RootElement.GetProperty("job_id").GetString()!;
        }

        for (var call = 0; call < 3; call++)
        {
            if (!await CallAsync(Route.Plain, job, cancellationToken))
                return false;
        }

        return !subject.IsService || await SucceedsAsync($"/api/jobs/{job}/complete", _completeBody, cancellationToken);
    }

    /// <summary>One plain call, or a stream read to its end.</summary>
    public Task<bool> CallAsync(Route route, string job, CancellationToken cancellationToken) =>
        SucceedsAsync(PathOf(route, job), _callBodies[route], cancellationToken);

    /// <summary>Opens a stream; the answer is read as it comes.</summary>
    public Task<HttpResponseMessage> OpenAsync(Route route, string job, CancellationToken cancellationToken) =>
        PostAsync(PathOf(route, job), _callBodies[route], HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => _client.Dispose();

    private string PathOf(Route route, string job) => subject.IsService ? route.PathOf(job) : route.PassedPath;

    private async Task<bool> SucceedsAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await PostAsync(path, body, HttpCompletionOption.ResponseContentRead, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<HttpResponseMessage> PostAsync(string path, byte[] body, HttpCompletionOption until, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = Json } },
        };
        return await _client.SendAsync(request, until, cancellationToken);
    }
}
