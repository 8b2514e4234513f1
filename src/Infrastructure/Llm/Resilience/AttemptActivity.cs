using System.Diagnostics;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>
/// A request sent upstream as a span of its call's trace, retries and fallbacks side by side. It names the operator's
/// things alone: where a caller's own key is used, the model's name may be the caller's and is left out.
/// </summary>
internal static class AttemptActivity
{
    /// <summary>Null where nobody looks.</summary>
    public static Activity? Start(UpstreamCall call, in Route route)
    {
        if (!Telemetry.Source.HasListeners())
            return null;

        var operation = UpstreamMetrics.NameOf(call.Request.Operation);
        var model = route.Deployment.Byok is null ? route.Model.Alias : null;
        var activity = Telemetry.Source.StartActivity(model is null ? operation : $"{operation} {model}", ActivityKind.Client);
        activity?.SetTag("gen_ai.operation.name", operation)
            .SetTag(Telemetry.Provider, route.Deployment.Provider)
            .SetTag(Telemetry.ModelGroup, call.ModelGroupOf(route))
            .SetTag("gen_ai.request.model", model)
            .SetTag("saasllm.attempt", call.Attempts);
        return activity;
    }

    public static void End(this Activity activity, string outcome, int? status)
    {
        activity.SetTag("http.response.status_code", status);
        if (outcome != "good")
            activity.SetTag("error.type", outcome).SetStatus(ActivityStatusCode.Error);
    }
}
