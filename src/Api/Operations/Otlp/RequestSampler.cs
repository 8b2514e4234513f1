using System.Diagnostics;
using OpenTelemetry.Trace;

namespace SaasLlm.Api.Operations.Otlp;

/// <summary>Which traces are begun here: a share of those of requests. What workers do every few ms begins none.</summary>
internal sealed class RequestSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _share = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.Kind == ActivityKind.Server ? _share.ShouldSample(samplingParameters) : new SamplingResult(SamplingDecision.Drop);
}
