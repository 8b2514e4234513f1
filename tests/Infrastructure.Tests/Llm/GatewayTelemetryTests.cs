using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Pipeline;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm;

/// <summary>What operators see of the gateway, and what they must not.</summary>
internal sealed class GatewayTelemetryTests
{
    [Test]
    public async Task SendAsync_WhenAttemptsEnd_CountsThemByProviderAndOutcome()
    {
        var counted = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, owner) =>
        {
            if (instrument.Meter.Name == Telemetry.Name)
                owner.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var values = new Dictionary<string, object?>(tags.ToArray());
            if (values.TryGetValue(Telemetry.Provider, out var provider) && Equals(provider, "provider-counted"))
                counted.AddOrUpdate(instrument.Name + ":" + (values.GetValueOrDefault(Telemetry.Outcome) ?? values.GetValueOrDefault("state") ?? values.GetValueOrDefault("reason")), value, (_, sum) => sum + value);
        });
        listener.Start();
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(500), UpstreamScript.Error(429), UpstreamScript.Good());
        await using var bench = new GatewayBench(new() { ["Llm:BreakerMinimumThroughput"] = "2", ["Llm:BreakerFailureRatio"] = "1" });
        var model = bench.Model("counted", upstream.ApiBase);

        await bench.SendAsync(GatewayBench.Request(), model);
        upstream.Answer(UpstreamScript.Error(400));
        await bench.SendAsync(GatewayBench.Request(), model);

        Assert.That(counted, Is.EquivalentTo(new Dictionary<string, long>
        {
            ["saasllm.upstream.requests:faulty"] = 1,
            ["saasllm.upstream.requests:busy"] = 1,
            ["saasllm.upstream.cooldowns:guessed"] = 1,
            ["saasllm.upstream.requests:good"] = 1,
            ["saasllm.upstream.requests:rejected"] = 1,
        }));
    }

    [Test]
    public async Task SendAsync_WhenItFails_LogsTheDeploymentButNoKeyPromptOrAnswer()
    {
        var log = new LogBook();
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(500, message: "answer-text"));
        await using var bench = new GatewayBench(new() { ["Llm:BreakerMinimumThroughput"] = "2" }, logs: log);

        await bench.SendAsync(GatewayBench.Request("prompt-text"), bench.Model("a", upstream.ApiBase));

        var all = string.Join('\n', log.Lines);
        Assert.That(all, Does.Contain("provider-a/upstream-a@key-a").And.Contain("500").And.Contain("open"));
        Assert.That(all, Does.Not.Contain(GatewayBench.ApiKey).And.Not.Contain("prompt-text").And.Not.Contain("answer-text"));
    }

    [Test]
    public async Task SendAsync_WhenTheCallIsTraced_ShowsAttemptsAndFallbacksAsItsChildren()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source == Telemetry.Source,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var one = await FakeUpstream.StartAsync(UpstreamScript.Error(500), UpstreamScript.Error(401));
        await using var two = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench();
        using var call = Telemetry.Source.StartActivity("CallLlm");

        await bench.SendAsync(GatewayBench.Request("prompt-text"), bench.Model("traced", one.ApiBase), bench.Model("other", two.ApiBase));

        var attempts = ended.Where(activity => activity.ParentSpanId == call!.SpanId).ToArray();
        Assert.That(
            attempts.Select(attempt => (attempt.DisplayName, attempt.GetTagItem("saasllm.attempt"), attempt.GetTagItem("error.type"), attempt.GetTagItem("http.response.status_code"))),
            Is.EqualTo(new (string, object?, object?, object?)[] { ("chat traced", 1, "faulty", 500), ("chat traced", 2, "denied", 401), ("chat other", 3, null, 200) }));
        Assert.That(attempts.SelectMany(attempt => attempt.TagObjects).Select(tag => tag.Value?.ToString()), Has.None.Contains("prompt-text").And.None.Contains(GatewayBench.ApiKey));
    }

    [TestCase("Llm:Retries", "99")]
    [TestCase("Llm:AttemptTimeoutSeconds", "0")]
    [TestCase("Llm:BreakerFailureRatio", "2")]
    public async Task Options_WhenOutOfRange_AreRefused(string setting, string value)
    {
        await using var bench = new GatewayBench(new() { [setting] = value });

        Assert.That(() => bench.Gateway, Throws.InstanceOf<OptionsValidationException>());
    }
}
