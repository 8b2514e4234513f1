using System.Globalization;
using SaasLlm.Application.Metering;

namespace SaasLlm.Api.Llm;

/// <summary>The headers that tell a caller of the LLM API who served it and what it cost.</summary>
internal static class MeteringHeaders
{
    public static void WriteProvider(this HttpResponse response, string provider) => response.Headers["X-Provider-Used"] = provider;

    public static void WritePrice(this HttpResponse response, in CallPrice price)
    {
        response.Headers["X-Cost-Incurred"] = Credits(price.Credits);
        if (price.Remaining is { } remaining)
            response.Headers["X-Credits-Remaining"] = Credits(remaining);
    }

    /// <summary>Three decimals, and up to six where there are more.</summary>
    public static string Credits(decimal credits) => credits.ToString("0.000###", CultureInfo.InvariantCulture);
}
