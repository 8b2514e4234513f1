using System.Buffers;
using System.Text.Json;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm;

/// <summary>OpenAI's chat completions: what comes from upstream passes on, under this service's id and name of the model.</summary>
public sealed class ChatSurface : IChatSurface
{
    public static ChatSurface Instance { get; } = new();

    public Result<ReadOnlyMemory<byte>> ToChat(ReadOnlyMemory<byte> body) => body;

    public void WriteAnswer(IBufferWriter<byte> output, in AnswerHead head, ChatAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("id"u8, IdOf(head.CallId));
        writer.WriteString("object"u8, "chat.completion"u8);
        writer.WriteNumber("created"u8, head.CreatedAt.ToUnixTimeSeconds());
        writer.WriteString("model"u8, head.Model);
        writer.WritePropertyName("choices"u8);
        writer.WriteRawValue(answer.Choices.Span, skipInputValidation: true);
        writer.WritePropertyName("usage"u8);
        WriteUsage(writer, head.Usage);
        writer.WriteEndObject();
    }

    public IChatStreamWriter OpenStream(in AnswerHead head) => new Stream(head);

    /// <summary>The usage in OpenAI's form: what is on record, whoever counted it.</summary>
    internal static void WriteUsage(Utf8JsonWriter writer, in TokenUsage usage)
    {
        writer.WriteStartObject();
        writer.WriteNumber("prompt_tokens"u8, usage.PromptTokens);
        writer.WriteNumber("completion_tokens"u8, usage.CompletionTokens);
        writer.WriteNumber("total_tokens"u8, usage.TotalTokens);
        writer.WriteStartObject("prompt_tokens_details"u8);
        writer.WriteNumber("cached_tokens"u8, usage.CachedTokens);
        if (usage.CacheWriteTokens > 0)
            writer.WriteNumber("cache_creation_tokens"u8, usage.CacheWriteTokens);
        writer.WriteEndObject();
        writer.WriteStartObject("completion_tokens_details"u8);
        writer.WriteNumber("reasoning_tokens"u8, usage.ReasoningTokens);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string IdOf(Guid callId) => "chatcmpl-" + callId.ToString("N");

    private sealed class Stream(in AnswerHead head) : IChatStreamWriter
    {
        private readonly AnswerHead _head = head;
        private readonly TeamView _view = new(IdOf(head.CallId), head.Model, head.IncludeUsage);
        private readonly ArrayBufferWriter<byte> _shown = new(512);

        public void WriteChunk(IBufferWriter<byte> output, ReadOnlySpan<byte> chunk)
        {
            _shown.ResetWrittenCount();
            if (_view.TryWrite(chunk, _shown))
                WriteData(output, _shown.WrittenSpan);
        }

        public void WriteEnd(IBufferWriter<byte> output, in TokenUsage usage)
        {
            if (_head.IncludeUsage && !_view.HasShownUsage)
                WriteData(output, UsageChunk(usage));
            output.Write("data: [DONE]\n\n"u8);
        }

        public void WriteError(IBufferWriter<byte> output, Error error)
        {
            ArgumentNullException.ThrowIfNull(error);
            output.Write("event: error\n"u8);
            var text = new ArrayBufferWriter<byte>(256);
            using (var writer = new Utf8JsonWriter(text))
            {
                writer.WriteStartObject();
                writer.WriteStartObject("error"u8);
                writer.WriteString("message"u8, error.Message);
                writer.WriteString("type"u8, "upstream_error"u8);
                writer.WriteString("code"u8, error.Code);
                writer.WriteNull("param"u8);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            WriteData(output, text.WrittenSpan);
        }

        /// <summary>For the caller who asked for the usage where the upstream reported none.</summary>
        private ReadOnlySpan<byte> UsageChunk(in TokenUsage usage)
        {
            _shown.ResetWrittenCount();
            using (var writer = new Utf8JsonWriter(_shown))
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, IdOf(_head.CallId));
                writer.WriteString("object"u8, "chat.completion.chunk"u8);
                writer.WriteNumber("created"u8, _head.CreatedAt.ToUnixTimeSeconds());
                writer.WriteString("model"u8, _head.Model);
                writer.WriteStartArray("choices"u8);
                writer.WriteEndArray();
                writer.WritePropertyName("usage"u8);
                WriteUsage(writer, usage);
                writer.WriteEndObject();
            }

            return _shown.WrittenSpan;
        }

        private static void WriteData(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
        {
            output.Write("data: "u8);
            output.Write(json);
            output.Write("\n\n"u8);
        }
    }
}
