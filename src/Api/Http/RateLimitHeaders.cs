using System.Globalization;
using SaasLlm.Domain.Limits;

namespace SaasLlm.Api.Http;

/// <summary>What is left of the limits that stop this caller first.</summary>
internal static class RateLimitHeaders
{
    /// <summary>Writes nothing where nothing is limited.</summary>
    public static void WriteLimits(this HttpResponse response, in RateStatus status)
    {
        if (status.Requests.Limit > 0)
        {
            response.Headers["X-RateLimit-Limit"] = Text(status.Requests.Limit);
            response.Headers["X-RateLimit-Remaining"] = Text(status.Requests.Remaining);
            response.Headers["X-RateLimit-Reset"] = Text(status.Requests.ResetAt);
        }

        if (status.Tokens.Limit > 0)
        {
            response.Headers["X-RateLimit-Limit-Tokens"] = Text(status.Tokens.Limit);
            response.Headers["X-RateLimit-Remaining-Tokens"] = Text(status.Tokens.Remaining);
            response.Headers["X-RateLimit-Reset-Tokens"] = Text(status.Tokens.ResetAt);
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
