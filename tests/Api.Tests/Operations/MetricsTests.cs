using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SaasLlm.Api.Tests.Llm;
using SaasLlm.Api.Tests.Operations.Prometheus;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Operations;

/// <summary>What a monitor reads after a little use of the service, compared with what the service did.</summary>
internal sealed class MetricsTests
{
    private const string Answer =
        """{"id":"up-1","object":"chat.completion","created":1,"model":"secret-model","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":400}}}""";

    private const string AskCached = """{"messages":[{"role":"user","content":"kept-prompt"}],"cache":{"ttl":300}}""";

    private ServiceUnderTest _service = null!;
    private FakeUpstream _upstream = null!;
    private FakeUpstream _failing = null!;
    private TestTeam _team = null!;
    private string _model = null!;
    private string _broken = null!;
    private decimal _costUsd;
    private decimal _callCredits;
    private Exposition _read = null!;

    /// <summary>
    /// Two jobs with two calls each, the last of them served from the cache, and completed; one call without a job; one call of a
    /// team that may make one a minute, and one refused; two calls of a model that fails, in a job that failed.
    /// </summary>
    [OneTimeSetUp]
    public async Task UseAsync()
    {
        _service = await ServiceUnderTest.StartAsync(
            null, "Llm:RetryBaseDelayMs=1", "Llm:Retries=0", "Llm:BreakerMinimumThroughput=2", "Llm:BreakerBreakSeconds=600", "Metrics:CountIntervalSeconds=1");
        _upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Answer));
        _failing = await FakeUpstream.StartAsync(UpstreamScript.Error(500));
        _model = await _service.CreateModelAsync(_upstream);
        _broken = await _service.CreateModelAsync(_failing);

        _team = await _service.CreateTeamAsync(100, null, "group-" + _model, _model);
        var first = await _team.CreateJobAsync();
        await _team.CallAsync(first, "one");
        await _team.CallAsync(first, "two");
        var second = await _team.CreateJobAsync();
        for (var i = 0; i < 2; i++)
            Assert.That((await _team.Client.PostRawAsync($"/api/jobs/{second}/llm-call", AskCached)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        foreach (var job in new[] { first, second })
        {
            await _team.CompleteAsync(job);
            _costUsd += (await _service.CostsAsync(job)).TotalCostUsd;
        }

        var tenant = await _service.CreateTenantAsync();
        using (var metered = await tenant.CallAsync(_model))
            _callCredits = decimal.Parse(metered.Headers.GetValues("X-Cost-Incurred").Single(), CultureInfo.InvariantCulture);

        var limited = await _service.CreateTeamAsync(100, terms => terms.RpmLimit = 1, "limited", _model);
        var bounded = await limited.CreateJobAsync();
        await limited.CallAsync(bounded);
        Assert.That((await limited.PostCallAsync(bounded)).StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));

        var unlucky = await _service.CreateTeamAsync(100, null, "group-" + _broken, _broken);
        var failed = await unlucky.CreateJobAsync();
        for (var i = 0; i < 2; i++)
            Assert.That((await unlucky.PostCallAsync(failed)).StatusCode, Is.EqualTo(HttpStatusCode.BadGateway));
        await unlucky.CompleteAsync(failed, "failed");
        _read = await ReadAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        await _upstream.DisposeAsync();
        await _failing.DisposeAsync();
    }

    [Test]
    public void Requests_ByRouteGroupAndStatusClass_AreCountedAndTimed()
    {
        const string Count = "saasllm_http_request_duration_seconds_count";

        Assert.That(_read.Sum(Count, ("route_group", "/api/jobs/llm-call"), ("status_class", "2xx")), Is.EqualTo(5));
        Assert.That(_read.Sum(Count, ("route_group", "/api/jobs/llm-call"), ("status_class", "4xx")), Is.EqualTo(1));
        Assert.That(_read.Sum(Count, ("route_group", "/api/jobs/llm-call"), ("status_class", "5xx")), Is.EqualTo(2));
        Assert.That(_read.Sum(Count, ("route_group", "/api/jobs"), ("status_class", "2xx")), Is.EqualTo(4 + 3 + 2), "created, completed, costs read");
        Assert.That(_read.Sum(Count, ("route_group", "/v1/chat")), Is.EqualTo(1));
        Assert.That(_read.Sum("saasllm_http_request_duration_seconds_sum", ("route_group", "/v1/chat")), Is.GreaterThan(0).And.LessThan(60));
    }

    [Test]
    public void UpstreamRequests_ByProviderAndGroup_AreCountedAndTimed()
    {
        var good = ("outcome", "good");
        Assert.That(_read.Sum("saasllm_upstream_requests_total", Provider(_model), Group("group-" + _model), good), Is.EqualTo(3));
        Assert.That(_read.Sum("saasllm_upstream_requests_total", Provider(_model), Group(_model), good), Is.EqualTo(1), "the call without a job names the model");
        Assert.That(_read.Sum("saasllm_upstream_requests_total", Provider(_model), Group("limited"), good), Is.EqualTo(1));
        Assert.That(_read.Sum("saasllm_upstream_requests_total", Provider(_broken), ("outcome", "faulty")), Is.EqualTo(2));
        Assert.That(_read.Sum("gen_ai_client_operation_duration_seconds_count", Provider(_model), ("gen_ai_operation_name", "chat")), Is.EqualTo(5));
        Assert.That(_read.Sum("gen_ai_client_operation_duration_seconds_count", Provider(_broken), ("error_type", "faulty")), Is.EqualTo(2));
    }

    [Test]
    public void TokensAndCost_ByProviderAndGroup_AreThoseOnRecord()
    {
        var labels = new[] { Provider(_model), Group("group-" + _model) };
        Assert.That(_read.Sum("gen_ai_client_token_usage_sum", [.. labels, ("gen_ai_token_type", "input")]), Is.EqualTo(3000), "the cached answer took none");
        Assert.That(_read.Sum("gen_ai_client_token_usage_sum", [.. labels, ("gen_ai_token_type", "cached_input")]), Is.EqualTo(1200));
        Assert.That(_read.Sum("gen_ai_client_token_usage_sum", [.. labels, ("gen_ai_token_type", "output")]), Is.EqualTo(1500));
        Assert.That(_costUsd, Is.GreaterThan(0));
        Assert.That(_read.Sum("saasllm_calls_cost_usd_total", labels), Is.EqualTo((double)_costUsd).Within(1e-9));
        Assert.That(_read.Sum("saasllm_calls_total", [.. labels, ("outcome", "succeeded")]), Is.EqualTo(4));
        Assert.That(_read.Sum("saasllm_calls_total", Provider(_broken), ("outcome", "failed")), Is.EqualTo(2));
    }

    [Test]
    public void JobsAndCredits_AreThoseOfTheLedger()
    {
        Assert.That(_read.Sum("saasllm_jobs_created_total"), Is.EqualTo(4));
        Assert.That(_read.Sum("saasllm_jobs_ended_total", ("status", "completed")), Is.EqualTo(2));
        Assert.That(_read.Sum("saasllm_jobs_ended_total", ("status", "failed")), Is.EqualTo(1));
        Assert.That(_read.Sum("saasllm_credits_charged_total", ("source", "job")), Is.EqualTo(2));
        Assert.That(_callCredits, Is.GreaterThan(0));
        Assert.That(_read.Sum("saasllm_credits_charged_total", ("source", "call")), Is.EqualTo((double)_callCredits).Within(1e-9));
    }

    [Test]
    public void Settlement_OfEachWriter_ShowsItsBatches()
    {
        Assert.That(_read.Sum("saasllm_settlement_batch_size_sum", ("writer", "job_calls")), Is.EqualTo(7), "each record of a job's call");
        Assert.That(_read.Sum("saasllm_settlement_batch_size_sum", ("writer", "jobs")), Is.EqualTo(4 + 3), "opened and ended");
        Assert.That(_read.Sum("saasllm_settlement_batch_size_sum", ("writer", "holds")), Is.EqualTo(1));
        Assert.That(_read.Sum("saasllm_settlement_batch_size_sum", ("writer", "charges")), Is.EqualTo(1));
        foreach (var writer in new[] { "job_calls", "jobs", "holds", "charges", "job_call_notes" })
        {
            var commits = _read.Sum("saasllm_settlement_commit_duration_seconds_count", ("writer", writer));
            Assert.That(commits, Is.GreaterThan(0).And.EqualTo(_read.Sum("saasllm_settlement_batch_size_count", ("writer", writer))), writer);
            Assert.That(_read.Sum("saasllm_settlement_commit_duration_seconds_sum", ("writer", writer)), Is.GreaterThan(0), writer);
            Assert.That(_read.Samples("saasllm_settlement_queue_depth", ("writer", writer)).Single().Value, Is.Zero, writer);
        }
    }

    [Test]
    public void CachesLimitsAndCircuits_ShowWhatHappened()
    {
        Assert.That(_read.Sum("saasllm_response_cache_hits_total", ("source", "memory")), Is.EqualTo(1));
        Assert.That(_read.Sum("saasllm_response_cache_misses_total"), Is.EqualTo(1));
        Assert.That(_read.Sum("saasllm_response_cache_memory_bytes"), Is.GreaterThan(100));
        Assert.That(_read.Sum("saasllm_cache_loads_total", ("cache", "virtual_keys")), Is.InRange(3, 6), "read for each of three keys, and not for each request");
        Assert.That(_read.Samples("saasllm_limiter_refusals_total").Single(), Has.Property("Value").EqualTo(1).And.Property("Set").EqualTo("limit=requests,scope=team"));
        Assert.That(_read.Sum("saasllm_upstream_open_circuits", Provider(_broken)), Is.EqualTo(1));
        Assert.That(_read.Samples("saasllm_upstream_open_circuits", Provider(_model)).Single().Value, Is.Zero);
        Assert.That(_read.Sum("saasllm_upstream_circuit_changes_total", Provider(_broken), ("state", "open")), Is.EqualTo(1));
    }

    [Test]
    public void DatabaseWebhooksAndRuntime_AreThere()
    {
        Assert.That(_read.Samples("db_client_connection_count", ("db_client_connection_pool_name", "saasllm")), Is.Not.Empty);
        Assert.That(_read.Sum("db_client_connection_count", ("db_client_connection_pool_name", "saasllm")), Is.GreaterThan(0));
        Assert.That(_read.Samples("saasllm_webhooks_backlog").Single().Value, Is.Zero);
        Assert.That(_read.Sum("dotnet_process_memory_working_set_bytes"), Is.GreaterThan(0));
    }

    [Test]
    public async Task Holds_WhileCallsHang_AreOutstanding()
    {
        var released = new TaskCompletionSource();
        await using var slow = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(released.Task));
        var model = await _service.CreateModelAsync(slow);
        var team = await _service.CreateTeamAsync(100, null, "group-" + model, model);
        var tenant = await _service.CreateTenantAsync();
        var calls = Task.WhenAll(team.PostCallAsync(await team.CreateJobAsync()), tenant.CallAsync(model));

        await Eventually.IsTrueAsync(async () =>
        {
            var read = await ReadAsync();
            return read.Sum("saasllm_holds_outstanding", ("source", "job")) == 1
                && read.Sum("saasllm_holds_outstanding", ("source", "call")) == 1
                && read.Sum("saasllm_holds_credits") > 0;
        });

        released.SetResult();
        Assert.That((await calls).Select(answer => answer.StatusCode), Is.All.EqualTo(HttpStatusCode.OK));
        await Eventually.IsTrueAsync(async () =>
        {
            var read = await ReadAsync();
            return read.Sum("saasllm_holds_outstanding") == 0 && read.Sum("saasllm_holds_credits") == 0;
        });
    }

    [TestCase("job_based")]
    [TestCase("consumption_usd")]
    public async Task Call_PutOnRecordTwice_IsCountedOnce(string budgetMode)
    {
        var group = "twice-" + budgetMode;
        var team = await _service.CreateTeamAsync(100, terms => terms.BudgetMode = budgetMode, group, _model);
        var record = new CallRecord
        {
            CallId = Guid.CreateVersion7(),
            JobId = await team.CreateJobAsync(),
            TeamId = team.TeamId,
            IsByUse = budgetMode != "job_based",
            ModelGroup = group,
            Succeeded = true,
            Streamed = false,
            Usage = new TokenUsage(10, 5),
            UsageSource = UsageSource.Upstream,
            CostUsd = 0.25m,
            LatencyMs = 1,
            Attempts = 1,
            CreatedAt = DateTimeOffset.UnixEpoch.AddYears(56),
        };
        var settlement = _service.Services.GetRequiredService<ICallSettlement>();

        // As after a commit whose answer got lost; between them a new one shares the batch or does not.
        await settlement.RecordAsync(record, CancellationToken.None);
        await Task.WhenAll(
            settlement.RecordAsync(record, CancellationToken.None),
            settlement.RecordAsync(record with { CallId = Guid.CreateVersion7() }, CancellationToken.None));

        var read = await ReadAsync();
        Assert.That(read.Sum("saasllm_calls_total", Group(group)), Is.EqualTo(2));
        Assert.That(read.Sum("saasllm_calls_cost_usd_total", Group(group)), Is.EqualTo(0.5).Within(1e-9));
        Assert.That(read.Sum("gen_ai_client_token_usage_sum", Group(group), ("gen_ai_token_type", "input")), Is.EqualTo(20));
        Assert.That((await _service.CostsAsync(record.JobId.Value)).TotalCalls, Is.EqualTo(2));
    }

    [Test]
    public async Task Queue_WhileTheDatabaseHoldsRecordsUp_ShowsThem()
    {
        var job = await _team.CreateJobAsync();
        Task<HttpResponseMessage> call;
        await using (var connection = new NpgsqlConnection(_service.ConnectionString))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var command = new NpgsqlCommand("lock table llm_calls in share mode", connection, transaction))
                await command.ExecuteNonQueryAsync();

            call = _team.PostCallAsync(job, "held up");
            await Eventually.IsTrueAsync(async () => (await ReadAsync()).Sum("saasllm_settlement_queue_depth", ("writer", "job_calls")) == 1);
        }

        Assert.That((await call).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await ReadAsync()).Sum("saasllm_settlement_queue_depth", ("writer", "job_calls")), Is.Zero);
    }

    [Test]
    public async Task Labels_Anywhere_NameNoTenantKeyOrJob()
    {
        var text = await _service.Operator.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        var key = _team.Client.DefaultRequestHeaders.Authorization!.Parameter!;

        foreach (var secret in new[] { _team.TeamId, _team.OrganizationId, key, key[..10], ServiceUnderTest.OperatorKey, "kept-prompt", "secret-model" })
            Assert.That(text, Does.Not.Contain(secret));

        var groups = _read.Samples("saasllm_http_request_duration_seconds_count").Select(sample => sample.Labels["route_group"]).Distinct(StringComparer.Ordinal).ToArray();
        Assert.That(groups, Has.All.Match("^(/[a-z0-9.-]+){1,3}$"), "routes, not paths");
    }

    [Test]
    public async Task Metrics_WithoutTheOperatorsKey_AreRefused()
    {
        using var nobody = _service.Client(null);
        using var unknown = await nobody.GetAsync(new Uri("/metrics", UriKind.Relative));
        using var team = await _team.Client.GetAsync(new Uri("/metrics", UriKind.Relative));
        using var answer = await _service.Operator.GetAsync(new Uri("/metrics", UriKind.Relative));

        Assert.That((unknown.StatusCode, team.StatusCode), Is.EqualTo((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden)));
        Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
    }

    [TestCase("Metrics:Anonymous=true", HttpStatusCode.OK)]
    [TestCase("Metrics:Enabled=false", HttpStatusCode.NotFound)]
    public async Task Metrics_ByTheirOptions_AreOpenOrAbsent(string setting, HttpStatusCode status)
    {
        await using var service = await ServiceUnderTest.StartAsync(null, setting);
        using var nobody = service.Client(null);

        Assert.That((await nobody.GetAsync(new Uri("/metrics", UriKind.Relative))).StatusCode, Is.EqualTo(status));
    }

    [Test]
    public void GrafanaFiles_InTheirQueries_NameOnlyWhatIsThere()
    {
        var dashboard = JsonElement.Parse(File.ReadAllText(GrafanaFiles.PathOf("saasllm.json")));
        var queries = GrafanaFiles.ExpressionsOf(dashboard).Concat(GrafanaFiles.ExpressionsOfRules(File.ReadAllText(GrafanaFiles.PathOf("alerts.yaml")))).ToArray();

        Assert.That(queries, Has.Length.GreaterThan(25));
        Assert.That(queries.SelectMany(query => GrafanaFiles.Unknown(query, _read)).Distinct(StringComparer.Ordinal), Is.Empty);
        Assert.That(GrafanaFiles.Unknown("sum by (le) (rate(saasllm_nothing_total[5m])) / up", _read), Is.EqualTo(new[] { "saasllm_nothing_total" }), "the check finds what is missing");
        Assert.That(GrafanaFiles.Unknown("sum by (tenant) (saasllm_calls_total{team=\"a\"})", _read), Is.EquivalentTo(new[] { "tenant", "team" }), "labels too");
    }

    private static (string Name, string Value) Provider(string provider) => ("gen_ai_provider_name", provider);

    private static (string Name, string Value) Group(string group) => ("saasllm_model_group", group);

    private Task<Exposition> ReadAsync() => Exposition.ReadAsync(_service);
}
