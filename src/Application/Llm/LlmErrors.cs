using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm;

/// <summary>Refusals of a chat request and faults of the models behind it. None of them names a model, a provider or an address.</summary>
public static class LlmErrors
{
    public static Error MalformedJson() =>
        new("malformed_json", $"The body is not valid JSON in UTF-8, or is nested deeper than {ChatRequest.MaxDepth} levels.", ErrorKind.Malformed);

    public static Error NotAnObject() =>
        new("malformed_json", "The body must be a JSON object.", ErrorKind.Malformed);

    public static Error NoCredential() =>
        new("no_credential", "No provider credential serves the model group; the operator must add one.", ErrorKind.Unavailable);

    /// <summary>Every model serves as many calls as it may.</summary>
    public static Error AtCapacity() =>
        new("upstream_at_capacity", "The models behind this group serve as many calls as they may; try again in a moment.", ErrorKind.Unavailable)
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    /// <summary>Every model's circuit is open, or it has asked for a pause.</summary>
    public static Error Unavailable(TimeSpan? retryAfter) =>
        new("upstream_unavailable", "The models behind this group are failing or overloaded and are left alone for a moment; try again later.", ErrorKind.Unavailable)
        {
            RetryAfter = retryAfter,
        };

    public static Error Failed(TimeSpan? retryAfter = null) =>
        new("upstream_failed", "No model behind this group could answer, after retries and fallbacks.", ErrorKind.UpstreamFailed)
        {
            RetryAfter = retryAfter,
        };

    public static Error TimedOut() =>
        new("upstream_timeout", "The models behind this group did not answer in time.", ErrorKind.UpstreamTimeout);

    /// <param name="message">The upstream's own words, cleared of secrets and names.</param>
    public static Error Rejected(string message) =>
        new("upstream_rejected", message, ErrorKind.UpstreamRejected);

    public static Error StreamCut() =>
        new("upstream_stream_cut", "The model's answer broke off before its end.", ErrorKind.UpstreamFailed);

    public static Error StreamBroken() =>
        new("upstream_stream_broken", "The model's answer could not be read to its end.", ErrorKind.UpstreamFailed);

    public static Error StreamFailed() =>
        new("upstream_stream_failed", "The model reported an error in the middle of its answer.", ErrorKind.UpstreamFailed);

    public static Error StreamIdle() =>
        new("upstream_stream_idle", "The model stopped sending in the middle of its answer.", ErrorKind.UpstreamTimeout);
}
