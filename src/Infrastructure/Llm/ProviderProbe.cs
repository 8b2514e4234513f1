using System.Globalization;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Byok;
using SaasLlm.Infrastructure.Llm.Providers;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

namespace SaasLlm.Infrastructure.Llm;

/// <summary>Lists the provider's models with the key: costs nothing and needs a good one.</summary>
internal sealed class ProviderProbe(ProviderDialects dialects, UpstreamHttp http, TimeProvider time) : IProviderProbe
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public async Task<ProbeOutcome> TestAsync(
        string provider, string apiKey, Uri? apiBase, bool isCallersAddress, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        if (Deployments.BaseOf(provider, apiBase) is not { } address)
            return Outcome(ProbeVerdict.WrongAddress, null, "This provider needs an api_base.");

        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var dialect = dialects.Of(provider);
            using var request = UpstreamHttp.Request(HttpMethod.Get, AddressOf(provider, dialect, address));
            foreach (var (name, value) in dialect.Headers(apiKey))
                request.Headers.Add(name, value);
            using var response = await (isCallersAddress ? http.Guarded : http.Network).SendAsync(request, either.Token);
            var status = (int)response.StatusCode;
            return Outcome(VerdictOf(provider, status), status, Words(status));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Outcome(ProbeVerdict.TimedOut, null, "The provider did not answer within 10 s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or FormatException)
        {
            return Outcome(ProbeVerdict.Unreachable, null, "The provider cannot be reached at this address.");
        }

        ProbeOutcome Outcome(ProbeVerdict verdict, int? status, string message) =>
            new(verdict, status, message, (int)time.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>OpenRouter shows its models to everybody, but what a key may only to its owner.</summary>
    private static Uri AddressOf(string provider, ProviderDialect dialect, Uri address) =>
        provider == ByokProviders.OpenRouter ? UpstreamHttp.Combine(address, "key") : dialect.ModelsAddress(address);

    private static ProbeVerdict VerdictOf(string provider, int status) => status switch
    {
        < 300 => ProbeVerdict.Accepted,
        401 or 403 => ProbeVerdict.Refused,

        // Google says 400 of a key that it does not know.
        400 when ByokProviders.Canonical(provider) == ByokProviders.Google => ProbeVerdict.Refused,
        402 or 429 => ProbeVerdict.Limited,
        408 or >= 500 => ProbeVerdict.Unreachable,
        _ => ProbeVerdict.WrongAddress,
    };

    private static string Words(int status) => status switch
    {
        < 300 => "The provider accepts the credential.",
        < 400 => "The address answers with a redirect, which is not followed; check the api_base.",
        401 or 403 => "The provider refuses the credential.",
        404 => "No list of models at this address; check the api_base.",
        429 => "The provider limits the rate of requests; the credential could not be tried.",
        _ => string.Create(CultureInfo.InvariantCulture, $"The provider answered with status {status}."),
    };
}
