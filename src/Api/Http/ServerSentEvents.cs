using System.Text.Json;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Http;

/// <summary>The two events that this service writes of its own into a stream of OpenAI chunks.</summary>
internal static class ServerSentEvents
{
    public static async Task WriteDoneAsync(HttpResponse response)
    {
        await response.BodyWriter.WriteAsync("data: [DONE]\n\n"u8.ToArray(), response.HttpContext.RequestAborted);
    }

    /// <summary>An error in OpenAI's form, which every SDK of theirs raises as its own exception.</summary>
    public static async Task WriteErrorAsync(HttpResponse response, Error error)
    {
        var data = JsonSerializer.SerializeToUtf8Bytes(
            new StreamError(new StreamErrorDetail(error.Message, "upstream_error", error.Code, null)), JsonConventions.Options);
        await response.BodyWriter.WriteAsync("event: error\ndata: "u8.ToArray(), CancellationToken.None);
        await response.BodyWriter.WriteAsync(data, CancellationToken.None);
        await response.BodyWriter.WriteAsync("\n\n"u8.ToArray(), CancellationToken.None);
    }

    private sealed record StreamError(StreamErrorDetail Error);

    private sealed record StreamErrorDetail(string Message, string Type, string Code, string? Param);
}
