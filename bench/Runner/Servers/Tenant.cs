using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace SaasLlm.Bench.Servers;

/// <summary>A customer of the service: an organization, a team with limits and credits, models at the upstreams, and jobs.</summary>
internal sealed class Tenant
{
    /// <summary>High enough never to refuse, and checked all the same.</summary>
    private const int Unreached = 2_000_000_000;

    private const int JobsAtOnce = 32;

    private readonly Uri _service;

    private Tenant(Uri service, string teamId, string key)
    {
        _service = service;
        TeamId = teamId;
        Key = key;
    }

    public string TeamId { get; }

    public string Key { get; }

    /// <summary>Sets it up through the service's own API.</summary>
    public static async Task<Tenant> CreateAsync(Uri service, string operatorKey, Func<Route, Uri> upstream, CancellationToken cancellationToken)
    {
        using var client = Client(service, operatorKey);
        await PostAsync(client, "/api/organizations/create", new { organization_id = "bench", name = "Bench" }, cancellationToken);
        foreach (var route in Route.All)
            await CreateModelsAsync(client, route, upstream(route), cancellationToken);

        var team = await PostAsync(
            client,
            "/api/teams/create",
            new
            {
                organization_id = "bench",
                team_id = "bench-team",
                model_groups = Route.All.Select(route => route.Name).ToArray(),
                credits_allocated = 100_000_000,
                rpm_limit = Unreached,
                tpm_limit = Unreached,
                max_parallel = Unreached,
            },
            cancellationToken);
        return new Tenant(service, "bench-team", team.GetProperty("virtual_key").GetString()!);
    }

    /// <summary>Creates jobs over HTTP.</summary>
    public async Task<string[]> CreateJobsAsync(int count, CancellationToken cancellationToken)
    {
        var jobs = new string[count];
        using var client = Client(_service, Key);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = JobsAtOnce, CancellationToken = cancellationToken }, async (index, stop) =>
        {
            var job = await PostAsync(client, "/api/jobs/create", new { team_id = TeamId, job_type = "bench" }, stop);
            jobs[index] = job.GetProperty("job_id").GetString()!;
        });
        return jobs;
    }

    public static HttpClient Client(Uri service, string key) => new()
    {
        BaseAddress = service,
        Timeout = TimeSpan.FromSeconds(60),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    };

    public static async Task<JsonElement> PostAsync(HttpClient client, string path, object body, CancellationToken cancellationToken)
    {
        using var response = await client.PostAsJsonAsync(path, body, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonElement.Parse(text)
            : throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {text}");
    }

    /// <summary>A group of two priced models with a key each, so that routing has a choice and a fallback.</summary>
    private static async Task CreateModelsAsync(HttpClient client, Route route, Uri upstream, CancellationToken cancellationToken)
    {
        string[] models = [$"{route.Name}-first", $"{route.Name}-second"];
        foreach (var model in models)
        {
            await PostAsync(
                client,
                "/api/models/create",
                new { model_alias = model, provider = model, upstream_model = "bench-model", input_usd_per_million = 0.15m, output_usd_per_million = 0.6m },
                cancellationToken);
            await PostAsync(
                client,
                "/api/provider-credentials/create",
                new { provider = model, credential_name = "bench", api_key = "sk-upstream-secret-key", api_base = new Uri(upstream, $"/{route.Name}/v1") },
                cancellationToken);
        }

        await PostAsync(
            client,
            "/api/model-groups/create",
            new { group_name = route.Name, models = models.Select((name, index) => new { model_name = name, priority = index }).ToArray() },
            cancellationToken);
    }
}
