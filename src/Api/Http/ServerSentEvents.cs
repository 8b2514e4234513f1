using System.Buffers;
using System.Text.Json;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Http;

/// <summary>Server-sent events: OpenAI chunks, and the two that this service writes of its own.</summary>
internal static class ServerSentEvents
{
    /// <summary>One event; it goes out with the next flush.</summary>
    public static void WriteData(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        output.Write("data: "u8);
        output.Write(json);
        output.Write("\n\n"u8);
    }

    /// <summary>The last event; it goes out with the response's end.</summary>
    public static void WriteDone(IBufferWriter<byte> output) => output.Write("data: [DONE]\n\n"u8);

    /// <summary>An error in OpenAI's form, which every SDK of theirs raises as its own exception.</summary>
    public static async Task WriteErrorAsync(HttpResponse response, Error error)
    {
        var data = JsonSerializer.SerializeToUtf8Bytes(
            new LlmErrorBody(new LlmError(error.Message, "upstream_error", error.Code, null)), JsonConventions.Options);
        response.BodyWriter.Write("event: error\n"u8);
        WriteData(response.BodyWriter, data);
        await response.BodyWriter.FlushAsync(CancellationToken.None);
    }
}
