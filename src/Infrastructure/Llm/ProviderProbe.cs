using System.Globalization;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Llm.Providers;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

namespace SaasLlm.Infrastructure.Llm;

/// <summary>Lists the provider's models with the credential: costs nothing and needs a good key.</summary>
internal sealed class ProviderProbe(ProviderDialects dialects, UpstreamHttp http, TimeProvider time) : IProviderProbe
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public async Task<ProbeOutcome> TestAsync(string provider, string apiKey, Uri? apiBase, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        if (Deployments.BaseOf(provider, apiBase) is not { } address)
            return Outcome(false, null, "This provider needs an api_base.");

        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var dialect = dialects.Of(provider);
            using var request = UpstreamHttp.Request(HttpMethod.Get, dialect.ModelsAddress(address));
            foreach (var (name, value) in dialect.Headers(apiKey))
                request.Headers.Add(name, value);
            using var response = await http.Network.SendAsync(request, either.Token);
            var status = (int)response.StatusCode;
            return Outcome(response.IsSuccessStatusCode, status, Words(status));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Outcome(false, null, "The provider did not answer within 10 s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or FormatException)
        {
            return Outcome(false, null, "The provider cannot be reached at this address.");
        }

        ProbeOutcome Outcome(bool ok, int? status, string message) =>
            new(ok, status, message, (int)time.GetElapsedTime(started).TotalMilliseconds);
    }

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
