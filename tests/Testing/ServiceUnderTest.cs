using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Api;
using SaasLlm.Client;

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
        Api = new SaasLlmClient(Operator);
    }

    public string ConnectionString { get; }

    public Uri Address { get; }

    /// <summary>Sends requests with the operator's key as they are written, for what the typed client hides: statuses, headers, bad bodies.</summary>
    public HttpClient Operator { get; }

    /// <summary>The typed client with the operator's key.</summary>
    public SaasLlmClient Api { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="connectionString">A database that another node uses too; null: a fresh one.</param>
    /// <param name="settings">Configuration as <c>Key=value</c>.</param>
    public static async Task<ServiceUnderTest> StartAsync(string? connectionString = null, params string[] settings)
    {
        var isSecond = connectionString is not null;
        connectionString ??= await TestPostgres.CreateDatabaseAsync();
        string[] args =
        [
            "--environment=Development",
            "--urls=http://127.0.0.1:0",
            "--Logging:LogLevel:Default=Warning",
            "--Logging:LogLevel:SaasLlm.Api.Operations.RequestLog=Warning",
            $"--ConnectionStrings:Postgres={connectionString}",
            .. settings.Select(setting => "--" + setting),
        ];
        var app = Service.Create(args);
        await app.PrepareAsync();
        await app.StartAsync();
        var service = new ServiceUnderTest(app, connectionString);
        // It answers before it hears of what other nodes do.
        if (isSecond)
            await Eventually.IsTrueAsync(async () => (await service.Operator.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode);
        return service;
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
    /// <param name="more">What else the team is created with.</param>
    public async Task<TestTeam> CreateTeamAsync(decimal credits = 100, Action<CreateTeam>? more = null, string modelGroup = "ChatFast", params string[] models)
    {
        var suffix = Guid.CreateVersion7().ToString("N")[^12..];
        await Api.CreateOrganizationAsync(new CreateOrganization { OrganizationId = "org-" + suffix, Name = "Test" });
        await EnsureModelGroupAsync(modelGroup, models.Length == 0 ? ["gpt-4o-mini"] : models);

        var terms = new CreateTeam { OrganizationId = "org-" + suffix, TeamId = "team-" + suffix, ModelGroups = [modelGroup], CreditsAllocated = credits };
        more?.Invoke(terms);
        var team = await Api.CreateTeamAsync(terms);
        return new TestTeam(team.TeamId, team.OrganizationId, Client(team.VirtualKey), this);
    }

    /// <summary>A team whose one model is served by the given upstream, at 1 USD a million input and 2 USD a million output tokens.</summary>
    /// <param name="more">What else the team is created with.</param>
    public async Task<TestTeam> CreateTeamAtAsync(FakeUpstream upstream, decimal credits = 100, Action<CreateTeam>? more = null)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        var name = "served-" + Guid.CreateVersion7().ToString("N")[^12..];
        await Api.ServeModelAsync(name, upstream, Upstreams.PlainPrices);
        return await CreateTeamAsync(credits, more, "group-" + name, name);
    }

    /// <summary>What a job cost, as its operator sees it.</summary>
    public async Task<JobCosts> CostsAsync(Guid jobId) => (await Api.GetJobCostsAsync(jobId)).Costs;

    /// <summary>A job's first call, once it is on record.</summary>
    public async Task<CallCost> RecordedCallAsync(Guid jobId)
    {
        await Eventually.IsTrueAsync(async () => (await CostsAsync(jobId)).Breakdown.Count > 0);
        return (await CostsAsync(jobId)).Breakdown[0];
    }

    /// <summary>Fails the test where an invariant of the ledger is broken.</summary>
    public async Task VerifyLedgerAsync()
    {
        var report = await Api.VerifyLedgerAsync();
        if (!report.Clean)
            throw new InvalidOperationException(JsonSerializer.Serialize(report));
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
        Api.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task EnsureModelGroupAsync(string name, string[] models)
    {
        try
        {
            await Api.CreateModelGroupAsync(new CreateModelGroup
            {
                GroupName = name,
                Models = [.. models.Select(static (model, index) => new ModelGroupEntry { ModelName = model, Priority = index })],
            });
        }
        catch (ApiException refusal) when (refusal.StatusCode == (int)HttpStatusCode.BadRequest)
        {
            // Another test has made it.
        }
    }
}

/// <summary>A team with its key.</summary>
/// <param name="Client">Sends requests as they are written, for what the typed client hides: statuses, headers, bad bodies.</param>
public sealed record TestTeam(string TeamId, string OrganizationId, HttpClient Client, ServiceUnderTest Service)
{
    /// <summary>The typed client with the team's key.</summary>
    public SaasLlmClient Api { get; } = new(Client);

    /// <param name="more">What else the job is created with.</param>
    public async Task<Guid> CreateJobAsync(Action<CreateJobBody>? more = null)
    {
        var job = new CreateJobBody { TeamId = TeamId, JobType = "test" };
        more?.Invoke(job);
        return (await Api.CreateJobAsync(job)).JobId;
    }

    public Task<LlmCallAnswer> CallAsync(Guid jobId, string prompt = "hello") => Api.CallLlmAsync(jobId, prompt);

    /// <summary>As <see cref="CallAsync"/>, for tests of what it is answered with.</summary>
    public Task<HttpResponseMessage> PostCallAsync(Guid jobId, string prompt = "hello") =>
        Client.PostAsJsonAsync($"/api/jobs/{jobId}/llm-call", Prompts.User(prompt));

    public Task<JobCompletion> CompleteAsync(Guid jobId, string status = "completed") =>
        Api.CompleteJobAsync(jobId, new CompleteJobBody { Status = status });

    /// <summary>As <see cref="CompleteAsync"/>, for tests of what it is answered with.</summary>
    public Task<HttpResponseMessage> PostCompleteAsync(Guid jobId, string status = "completed") =>
        Client.PostAsJsonAsync($"/api/jobs/{jobId}/complete", new { status });

    public Task<BalanceResponse> BalanceAsync() => Api.GetTeamBalanceAsync(TeamId);
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
