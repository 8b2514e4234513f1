using System.Diagnostics;
using System.Diagnostics.Metrics;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Jobs;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>What is counted of calls, jobs and credits, once it is on record.</summary>
internal sealed class AccountingMetrics
{
    private const string Source = "source";

    /// <summary>As OpenTelemetry's conventions advise.</summary>
    private static readonly InstrumentAdvice<long> TokenCounts = new()
    {
        HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
    };

    private readonly Counter<long> _calls;
    private readonly Histogram<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Counter<double> _credits;
    private readonly Counter<long> _created;
    private readonly Counter<long> _ended;

    public AccountingMetrics(IMeterFactory meters)
    {
        var meter = meters.CreateMeter();
        _calls = meter.CreateCounter<long>("saasllm.calls", "{call}", "Calls put on record, by how they ended.");
        _tokens = meter.CreateHistogram(
            "gen_ai.client.token.usage", "{token}", "Tokens of a call: input, the part of it that the provider had cached (cached_input), and output.", advice: TokenCounts);
        _cost = meter.CreateCounter<double>("saasllm.calls.cost_usd", "{USD}", "What providers bill for calls, in USD.");
        _credits = meter.CreateCounter<double>("saasllm.credits.charged", "{credit}", "Credits charged for jobs that ended and for calls without a job.");
        _created = meter.CreateCounter<long>("saasllm.jobs.created", "{job}", "Jobs created.");
        _ended = meter.CreateCounter<long>("saasllm.jobs.ended", "{job}", "Jobs ended, by status.");
    }

    /// <param name="ownKey">True where the caller's own provider key served: then the model may bear a name of the caller's.</param>
    public void Recorded(CallRecord call, bool ownKey = false)
    {
        var provider = call.Model?.Provider ?? Telemetry.None;

        // Of a call without a job whose model is not known, the name may be the caller's own.
        var group = ownKey || (call.JobId is null && call.Model is null) ? Telemetry.None : call.ModelGroup ?? Telemetry.None;
        if (_calls.Enabled)
        {
            _calls.Add(1, new TagList
            {
                { Telemetry.Provider, provider }, { Telemetry.ModelGroup, group }, { Telemetry.Outcome, call.Succeeded ? "succeeded" : "failed" },
            });
        }

        if (_cost.Enabled && call.CostUsd > 0)
            _cost.Add((double)call.CostUsd, new TagList { { Telemetry.Provider, provider }, { Telemetry.ModelGroup, group } });

        // An answer that served again took no tokens, and what a lost call took is unknown.
        if (!_tokens.Enabled || call.UsageSource is UsageSource.Cached or UsageSource.Unknown)
            return;

        Used(call.Usage.PromptTokens, "input", provider, group);
        Used(call.Usage.CompletionTokens, "output", provider, group);
        if (call.Usage.CachedTokens > 0)
            Used(call.Usage.CachedTokens, "cached_input", provider, group);
    }

    /// <param name="credits">0 or more.</param>
    public void CallCharged(decimal credits) => Charged(credits, "call");

    public void JobCreated() => _created.Add(1);

    /// <param name="credits">What it was charged; 0 or more.</param>
    public void JobEnded(JobStatus status, decimal credits)
    {
        _ended.Add(1, new KeyValuePair<string, object?>("status", JobStatusNames.Of(status)));
        Charged(credits, "job");
    }

    private void Charged(decimal credits, string source)
    {
        if (credits > 0)
            _credits.Add((double)credits, new KeyValuePair<string, object?>(Source, source));
    }

    private void Used(int tokens, string type, string provider, string group) =>
        _tokens.Record(tokens, new TagList { { "gen_ai.token.type", type }, { Telemetry.Provider, provider }, { Telemetry.ModelGroup, group } });
}
