using System.Net.Http.Json;
using SaasLlm.Api.Tests.Llm;
using SaasLlm.Application.Pipeline;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Operations.Otlp;

/// <summary>What a collector of OpenTelemetry's is sent, and what it must never see.</summary>
internal sealed class OtlpExportTests
{
    private const string Prompt = "whispered-prompt";
    private const string Answered = "confided-answer";
    private const string Traced = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Test]
    public async Task Collector_AfterACallWithAFallback_HasItsSpansAndTheMetricsButNoSecret()
    {
        await using var collector = await FakeUpstream.StartAsync(UpstreamScript.Json(200, "{}"));
        await using var failing = await FakeUpstream.StartAsync(UpstreamScript.Error(500, message: Answered));
        await using var good = await FakeUpstream.StartAsync(UpstreamScript.Json(200, UpstreamScript.Completion.Replace("hello", Answered, StringComparison.Ordinal)));
        string first, second;
        string[] secrets;
        await using (var service = await StartAsync(collector))
        {
            (first, second) = (await service.CreateModelAsync(failing), await service.CreateModelAsync(good));
            var team = await service.CreateTeamAsync(100, null, "traced-group", first, second);
            var job = await team.CreateJobAsync();
            team.Client.DefaultRequestHeaders.Add("traceparent", Traced);
            team.Client.DefaultRequestHeaders.Add("tracestate", "tenant=state-of-the-tenant");
            await team.CallAsync(job, Prompt);
            using var stream = await team.Client.PostAsJsonAsync($"/api/jobs/{job}/llm-call-stream", Prompts.User(Prompt));
            using var usage = await team.Client.GetAsync(new Uri($"/api/teams/{team.TeamId}/usage?period=hidden-query", UriKind.Relative));

            secrets =
            [
                Prompt, Answered, "hidden-query", "state-of-the-tenant", "sk-upstream-secret-key", ServiceUnderTest.OperatorKey,
                team.Client.DefaultRequestHeaders.Authorization!.Parameter!, team.TeamId, team.OrganizationId, job.ToString(),
                good.ApiBase.Authority,
            ];
        }

        var traces = Sent(collector, "/v1/traces");
        var metrics = Sent(collector, "/v1/metrics");
        Assert.That(traces, Does.Contain("CallLlm").And.Contain("POST /api/jobs/{jobId}/llm-call").And.Contain("saasllm.attempt"));
        Assert.That(traces, Does.Contain("chat " + first).And.Contain("chat " + second).And.Contain("traced-group").And.Contain("select model_alias"));
        Assert.That(metrics, Does.Contain("saasllm.calls").And.Contain("gen_ai.client.token.usage").And.Contain("db.client.connection.count").And.Contain("http.server.request.duration"));
        foreach (var sent in new[] { traces, metrics })
        {
            Assert.That(sent, Does.Contain("service.name").And.Contain("service.version").And.Contain("service.instance.id").And.Contain("node-7"));
            foreach (var secret in secrets)
                Assert.That(sent, Does.Not.Contain(secret));
        }
    }

    [Test]
    public async Task Collector_OverGrpc_GetsSpansAndMetricsWithTheHeaders()
    {
        await using var collector = await GrpcCollector.StartAsync();
        string[] settings = [$"Otlp:Endpoint={collector.Address}", "Otlp:Protocol=grpc", "Otlp:Headers=x-collector-key=key-of-the-collector", "Otlp:InstanceId=node-8"];
        await using (var service = await ServiceUnderTest.StartAsync(null, settings))
        {
            // The exporter of this process also sees the test's own client, whose spans begin no trace and would say so to the service.
            var team = await service.CreateTeamAsync(modelGroup: "grpc-group");
            team.Client.DefaultRequestHeaders.Add("traceparent", Traced);
            await team.CallAsync(await team.CreateJobAsync(), Prompt);
        }

        foreach (var (signal, sample) in new[] { ("trace.v1.TraceService", "POST /api/jobs/{jobId}/llm-call"), ("metrics.v1.MetricsService", "saasllm.calls") })
        {
            var sent = collector.Sent(signal);
            Assert.That(sent, Does.Contain(sample).And.Contain("grpc-group").And.Contain("node-8"), signal);
            Assert.That(sent, Does.Contain("x-collector-key: key-of-the-collector").And.Not.Contain(Prompt), signal);
        }
    }

    [Test]
    public async Task Collector_WhenNothingIsSampled_GetsMetricsAlone()
    {
        await using var collector = await FakeUpstream.StartAsync(UpstreamScript.Json(200, "{}"));
        await using (var service = await StartAsync(collector, "Otlp:SampleRatio=0"))
            await service.Operator.GetOkAsync("/api/teams");

        Assert.That(Sent(collector, "/v1/traces"), Is.Empty);
        Assert.That(Sent(collector, "/v1/metrics"), Is.Not.Empty);
    }

    [Test]
    public async Task Service_WithoutACollector_TracesNothing()
    {
        await using var service = await ServiceUnderTest.StartAsync();

        Assert.That(Telemetry.Source.HasListeners(), Is.False);
    }

    [TestCase("Otlp:Endpoint=collector:4317")]
    [TestCase("Otlp:Protocol=http/json")]
    [TestCase("Otlp:SampleRatio=1.5")]
    public async Task Options_WhenTheyCannotBeUsed_EndTheStart(string setting)
    {
        await using var collector = await FakeUpstream.StartAsync(UpstreamScript.Json(200, "{}"));

        Assert.That(async () => await StartAsync(collector, setting), Throws.InstanceOf<Microsoft.Extensions.Options.OptionsValidationException>());
    }

    private static Task<ServiceUnderTest> StartAsync(FakeUpstream collector, params string[] more) => ServiceUnderTest.StartAsync(
        null, ["Llm:Retries=0", $"Otlp:Endpoint={collector.ApiBase.GetLeftPart(UriPartial.Authority)}", "Otlp:InstanceId=node-7", .. more]);

    private static string Sent(FakeUpstream collector, string path) =>
        string.Concat(collector.Received.Where(request => request.Path == path).Select(request => request.Body));
}
