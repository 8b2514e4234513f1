using System.Net;

namespace SaasLlm.Client;

/// <summary>
/// Repeats a request that was put off (429, 503) once <c>Retry-After</c> is over. Only what is safe to repeat: a GET, or a
/// request with an idempotency key.
/// </summary>
public sealed class RetryHandler(RetryOptions options, TimeProvider time) : DelegatingHandler
{
    internal const string IdempotencyHeader = "Idempotency-Key";

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var waited = TimeSpan.Zero;
        for (var retry = 0; ; retry++)
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (retry == options.MaxRetries || !IsPutOff(response.StatusCode) || !IsSafeToRepeat(request))
                return response;

            var wait = AskedFor(response) ?? options.BaseDelay * Math.Pow(2, retry);
            waited += wait;
            if (waited > options.MaxTotalWait)
                return response;

            response.Dispose();
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsPutOff(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;

    private static bool IsSafeToRepeat(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get || request.Headers.Contains(IdempotencyHeader);

    /// <summary>A date counts from the answer's own, so that the two clocks need not agree.</summary>
    private TimeSpan? AskedFor(HttpResponseMessage response)
    {
        var headers = response.Headers;
        var wait = headers.RetryAfter?.Delta ?? headers.RetryAfter?.Date - (headers.Date ?? time.GetUtcNow());
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
