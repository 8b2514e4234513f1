using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SaasLlm.Client;

public partial class SaasLlmClient
{
    /// <summary>Calls a model within a job and gives its answer as it comes. To leave the enumeration, or to cancel it, ends the call.</summary>
    /// <exception cref="ApiException">The call was refused, or the stream has failed.</exception>
    public IAsyncEnumerable<LlmStreamEvent> StreamLlmAsync(Guid jobId, LlmCallBody body, CancellationToken cancellationToken = default) =>
        StreamAsync($"api/jobs/{jobId}/llm-call-stream", body, cancellationToken);

    /// <summary>Creates a job, gives the answer of its one call as it comes, and completes the job.</summary>
    /// <exception cref="ApiException">The call was refused, or the stream has failed; the job then has failed too.</exception>
    public IAsyncEnumerable<LlmStreamEvent> CreateAndStreamAsync(CreateAndCallBody body, CancellationToken cancellationToken = default) =>
        StreamAsync("api/jobs/create-and-call-stream", body, cancellationToken);

    private async IAsyncEnumerable<LlmStreamEvent> StreamAsync<T>(string path, T body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var content = JsonSerializer.SerializeToNode(body, JsonSerializerSettings)!;
        content["stream_options"] ??= new JsonObject { ["include_usage"] = true };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(content) };
        using var response = await _httpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);

        using var answer = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var step in LlmStream.ReadAsync(answer, HeadersOf(response), cancellationToken).ConfigureAwait(false))
            yield return step;
    }
}
