using System.Buffers;
using System.Text.Json;
using SaasLlm.Api.Http;
using SaasLlm.Application.Jobs;

namespace SaasLlm.Api.Jobs;

/// <summary>
/// Writes a call's answer: the message as the upstream sent it, without a word of which model or provider sent it. A job that
/// was completed with it (create-and-call) adds its status and costs.
/// </summary>
internal sealed class LlmAnswerResult(LlmAnswer answer, JobCompletion? completion = null) : IResult
{
    private static readonly JsonWriterOptions Writing = new() { SkipValidation = true };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.WriteLimits(answer.Limits);
        await using (var writer = new Utf8JsonWriter(response.BodyWriter, Writing))
            Write(writer);

        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("call_id"u8, answer.CallId);
        writer.WriteString("job_id"u8, answer.JobId);
        if (completion is not null)
            writer.WriteString("status"u8, completion.Status);

        writer.WritePropertyName("response"u8);
        WriteMessage(writer, answer.Answer.Message.Span, answer.Answer.FinishReason);
        if (answer.Answer.ChoiceCount > 1)
        {
            writer.WritePropertyName("choices"u8);
            writer.WriteRawValue(answer.Answer.Choices.Span, skipInputValidation: true);
        }

        writer.WriteStartObject("metadata"u8);
        writer.WriteNumber("tokens_used"u8, answer.Usage.TotalTokens);
        writer.WriteNumber("prompt_tokens"u8, answer.Usage.PromptTokens);
        writer.WriteNumber("completion_tokens"u8, answer.Usage.CompletionTokens);
        writer.WriteNumber("latency_ms"u8, answer.LatencyMs);
        writer.WriteString("model_group"u8, answer.ModelGroup);
        writer.WriteBoolean("cached"u8, answer.Cached);
        writer.WriteEndObject();

        if (completion is not null)
        {
            writer.WritePropertyName("costs"u8);
            JsonSerializer.Serialize(writer, completion.Costs, JsonConventions.Options);
        }

        writer.WriteEndObject();
    }

    /// <summary>The message's members byte for byte, and <c>finish_reason</c> as the last of them.</summary>
    private static void WriteMessage(Utf8JsonWriter writer, ReadOnlySpan<byte> message, string? finishReason)
    {
        var open = message[..^1];
        var separator = open.Contains((byte)'"') ? ",\"finish_reason\":"u8 : "\"finish_reason\":"u8;
        var reason = JsonSerializer.SerializeToUtf8Bytes(finishReason);
        var length = open.Length + separator.Length + reason.Length + 1;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            open.CopyTo(buffer);
            separator.CopyTo(buffer.AsSpan(open.Length));
            reason.CopyTo(buffer.AsSpan(open.Length + separator.Length));
            buffer[length - 1] = (byte)'}';
            writer.WriteRawValue(buffer.AsSpan(0, length), skipInputValidation: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
