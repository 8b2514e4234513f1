using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http.Metadata;
using SaasLlm.Api.Http;
using SaasLlm.Api.OpenApi;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Api.Operations;

/// <summary>What is measured of requests, by group of routes and class of status.</summary>
internal sealed class RequestMetrics(IMeterFactory meters)
{
    private const string Jobs = "/api/jobs/";

    /// <summary>Calls of models within jobs take as long as the models do: among the other routes of jobs they would hide everything else.</summary>
    private const string JobCalls = "/api/jobs/llm-call";

    private readonly Histogram<double> _duration = meters.CreateMeter().CreateHistogram(
        "saasllm.http.request.duration", "s", "Time from a request to the end of its answer.", advice: Telemetry.Seconds);

    private readonly ConcurrentDictionary<Endpoint, string> _groups = new();

    public void Ended(HttpContext context, int status, TimeSpan elapsed)
    {
        if (!_duration.Enabled)
            return;

        var group = context.GetEndpoint() is { } endpoint ? _groups.GetOrAdd(endpoint, static known => GroupOf(known)) : Telemetry.None;
        _duration.Record(elapsed.TotalSeconds, new TagList { { "route_group", group }, { "status_class", ClassOf(status) } });
    }

    /// <summary>The first part of the route that says what it is about, at whichever address.</summary>
    private static string GroupOf(Endpoint endpoint)
    {
        if (endpoint is not RouteEndpoint { RoutePattern.RawText: { } route })
            return Telemetry.None;
        if (route.StartsWith(Jobs, StringComparison.Ordinal)
            && endpoint.Metadata.OfType<IAcceptsMetadata>().Any(accepts => typeof(LlmCallBody).IsAssignableFrom(accepts.RequestType)))
            return JobCalls;

        var (longRoot, shortRoot) = (LlmSurface.Roots[0], LlmSurface.Roots[1]);
        if (route.StartsWith(longRoot, StringComparison.Ordinal))
            route = shortRoot + route[longRoot.Length..];
        var parts = route.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var depth = parts is ["api" or "v1", _, ..] ? 2 : 1;
        return parts.Take(depth).Any(static part => part.StartsWith('{')) ? Telemetry.None : "/" + string.Join('/', parts.Take(depth));
    }

    private static string ClassOf(int status) => status switch
    {
        < 200 => "1xx",
        < 300 => "2xx",
        < 400 => "3xx",
        < 500 => "4xx",
        _ => "5xx",
    };
}
