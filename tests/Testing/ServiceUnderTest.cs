using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Api;

namespace SaasLlm.Testing;

/// <summary>The whole service in this process, on a free port and a database of its own: what a caller sees is what is tested.</summary>
public sealed class ServiceUnderTest : IAsyncDisposable
{
    public const string OperatorKey = "sk-admin-key-change-me";

    private readonly WebApplication _app;

    private ServiceUnderTest(WebApplication app, string connectionString)
    {
        _app = app;
        ConnectionString = connectionString;
        Address = new Uri(app.Urls.Single());
        Operator = Client(OperatorKey);
    }

    public string ConnectionString { get; }

    public Uri Address { get; }

    /// <summary>A client with the operator's key.</summary>
    public HttpClient Operator { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="connectionString">A database that another node uses too; null: a fresh one.</param>
    /// <param name="settings">Configuration as <c>Key=value</c>.</param>
    public static async Task<ServiceUnderTest> StartAsync(string? connectionString = null, params string[] settings)
    {
        connectionString ??= await TestPostgres.CreateDatabaseAsync();
        string[] args =
        [
            "--environment=Development",
            "--urls=http://127.0.0.1:0",
            "--Logging:LogLevel:Default=Warning",
            $"--ConnectionStrings:Postgres={connectionString}",
            .. settings.Select(setting => "--" + setting),
        ];
        var app = Service.Create(args);
        await app.PrepareAsync();
        await app.StartAsync();
        return new ServiceUnderTest(app, connectionString);
    }

    public HttpClient Client(string? key)
    {
        // A caller who leaves closes its connection at once, instead of reading on for a while in order to keep it.
        var client = new HttpClient(new SocketsHttpHandler { MaxResponseDrainSize = 0 }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
        if (key is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>An organization and a team of it with one model group; gives a client with the team's key.</summary>
    public async Task<TestTeam> CreateTeamAsync(decimal credits = 100, object? more = null, string modelGroup = "ChatFast", params string[] models)
    {
        var suffix = Guid.CreateVersion7().ToString("N")[^12..];
        await Operator.PostOkAsync("/api/organizations/create", new { organization_id = "org-" + suffix, name = "Test" });
        var group = await Operator.PostAsJsonAsync("/api/model-groups/create", new
        {
            group_name = modelGroup,
            models = (models.Length == 0 ? ["gpt-4o-mini"] : models).Select((name, index) => new { model_name = name, priority = index }).ToArray(),
        });
        if (group.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.BadRequest))
            throw new InvalidOperationException(await group.Content.ReadAsStringAsync());

        var body = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["organization_id"] = "org-" + suffix,
            ["team_id"] = "team-" + suffix,
            ["model_groups"] = new[] { modelGroup },
            ["credits_allocated"] = credits,
        };
        foreach (var property in more?.GetType().GetProperties() ?? [])
            body[property.Name] = property.GetValue(more);
        var team = await Operator.PostOkAsync("/api/teams/create", body);
        return new TestTeam("team-" + suffix, "org-" + suffix, Client(team.GetProperty("virtual_key").GetString()), this);
    }

    /// <summary>A team whose one model is served by the given upstream, at 1 USD a million input and 2 USD a million output tokens.</summary>
    public async Task<TestTeam> CreateTeamAtAsync(FakeUpstream upstream, decimal credits = 100, object? more = null)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        var name = "served-" + Guid.CreateVersion7().ToString("N")[^12..];
        await Operator.PostOkAsync("/api/models/create", new
        {
            model_alias = name,
            provider = name,
            upstream_model = "secret-model",
            input_usd_per_million = 1,
            output_usd_per_million = 2,
        });
        await Operator.PostOkAsync("/api/provider-credentials/create", new
        {
            provider = name,
            credential_name = "test",
            api_key = "sk-upstream-secret-key",
            api_base = upstream.ApiBase,
        });
        return await CreateTeamAsync(credits, more, "group-" + name, name);
    }

    /// <summary>Fails the test where an invariant of the ledger is broken.</summary>
    public async Task VerifyLedgerAsync()
    {
        var report = await Operator.GetOkAsync("/api/ledger/verify");
        if (!report.GetProperty("clean").GetBoolean())
            throw new InvalidOperationException(report.ToString());
    }

    /// <summary>The one value that a statement on the service's database gives.</summary>
    public async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Operator.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>A team with its key.</summary>
public sealed record TestTeam(string TeamId, string OrganizationId, HttpClient Client, ServiceUnderTest Service)
{
    public async Task<string> CreateJobAsync(object? more = null)
    {
        var body = new Dictionary<string, object?>(StringComparer.Ordinal) { ["team_id"] = TeamId, ["job_type"] = "test" };
        foreach (var property in more?.GetType().GetProperties() ?? [])
            body[property.Name] = property.GetValue(more);
        return (await Client.PostOkAsync("/api/jobs/create", body)).GetProperty("job_id").GetString()!;
    }

    public Task<HttpResponseMessage> CallAsync(string jobId, string prompt = "hello") =>
        Client.PostAsJsonAsync($"/api/jobs/{jobId}/llm-call", Prompts.User(prompt));

    public Task<HttpResponseMessage> CompleteAsync(string jobId, string status = "completed") =>
        Client.PostAsJsonAsync($"/api/jobs/{jobId}/complete", new { status });

    public Task<JsonElement> BalanceAsync() => Client.GetOkAsync($"/api/credits/teams/{TeamId}/balance");
}

public static class Prompts
{
    public static object User(string text) => new { messages = new[] { new { role = "user", content = text } } };
}

/// <summary>Requests that must succeed.</summary>
public static class HttpClientJson
{
    public static async Task<JsonElement> PostOkAsync(this HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body);
        return await response.OkAsync();
    }

    public static async Task<JsonElement> GetOkAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return await response.OkAsync();
    }

    public static Task<HttpResponseMessage> PostRawAsync(this HttpClient client, string path, string json) =>
        client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        JsonElement.Parse(await response.Content.ReadAsStringAsync());

    private static async Task<JsonElement> OkAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonElement.Parse(text)
            : throw new InvalidOperationException($"{(int)response.StatusCode} {text}");
    }
}
