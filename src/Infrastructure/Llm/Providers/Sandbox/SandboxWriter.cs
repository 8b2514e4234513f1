using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SaasLlm.Infrastructure.Llm.Providers.Sandbox;

/// <summary>Writes the sandbox's choices as OpenAI would: a completion, or the chunks of a stream.</summary>
internal sealed class SandboxWriter(SandboxRequest request, IReadOnlyList<SandboxChoice> choices)
{
    /// <summary>2025-01-01: the same request has the same answer, to the last byte.</summary>
    private const long Created = 1_735_689_600;

    private const int ChunkChars = 24;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public byte[] Completion()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(output, Options);
        WriteHead(writer, "chat.completion");
        writer.WriteStartArray("choices");
        for (var i = 0; i < choices.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index", i);
            writer.WriteStartObject("message");
            writer.WriteString("role", "assistant");
            WriteContent(writer, choices[i], choices[i].Text, first: true);
            writer.WriteEndObject();
            writer.WriteNull("logprobs");
            writer.WriteString("finish_reason", choices[i].FinishReason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (!request.Directives.NoUsage)
            WriteUsage(writer);
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The events of a stream, <c>[DONE]</c> included, each ready to send.</summary>
    public List<byte[]> Events()
    {
        var events = new List<byte[]>();
        for (var i = 0; i < choices.Count; i++)
        {
            var choice = choices[i];
            for (var at = 0; at == 0 || at < choice.Text.Length;)
            {
                var next = SandboxChoice.SafeCut(choice.Text, Math.Min(choice.Text.Length, at + ChunkChars));
                events.Add(Chunk(i, choice, choice.Text[at..next], first: at == 0));
                at = Math.Max(next, at + 1);
            }

            events.Add(Chunk(i, choice, null, first: false));
        }

        if (request.IncludeUsage && !request.Directives.NoUsage)
            events.Add(UsageChunk());
        events.Add("data: [DONE]\n\n"u8.ToArray());
        return events;
    }

    /// <summary>An OpenAI error body.</summary>
    public static byte[] Error(int status, string message)
    {
        var output = new ArrayBufferWriter<byte>(128);
        using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartObject();
        writer.WriteStartObject("error");
        writer.WriteString("message", message);
        writer.WriteString("type", "sandbox_error");
        writer.WriteNull("param");
        writer.WriteString("code", $"sandbox_{status}");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <param name="text">Null: the choice's last chunk, which tells why it ends.</param>
    private byte[] Chunk(int index, SandboxChoice choice, string? text, bool first) => Event(writer =>
    {
        writer.WriteStartArray("choices");
        writer.WriteStartObject();
        writer.WriteNumber("index", index);
        writer.WriteStartObject("delta");
        if (first)
            writer.WriteString("role", "assistant");
        if (text is not null)
            WriteContent(writer, choice, text, first);
        writer.WriteEndObject();
        if (text is null)
            writer.WriteString("finish_reason", choice.FinishReason);
        else
            writer.WriteNull("finish_reason");
        writer.WriteEndObject();
        writer.WriteEndArray();
    });

    private byte[] UsageChunk() => Event(writer =>
    {
        writer.WriteStartArray("choices");
        writer.WriteEndArray();
        WriteUsage(writer);
    });

    private byte[] Event(Action<Utf8JsonWriter> members)
    {
        var output = new ArrayBufferWriter<byte>(256);
        output.Write("data: "u8);
        using var writer = new Utf8JsonWriter(output, Options);
        WriteHead(writer, "chat.completion.chunk");
        members(writer);
        writer.WriteEndObject();
        writer.Flush();
        output.Write("\n\n"u8);
        return output.WrittenSpan.ToArray();
    }

    private void WriteHead(Utf8JsonWriter writer, string kind)
    {
        writer.WriteStartObject();
        writer.WriteString("id", "chatcmpl-sandbox-" + request.Fingerprint);
        writer.WriteString("object", kind);
        writer.WriteNumber("created", Created);
        writer.WriteString("model", request.Model);
    }

    /// <summary>A text, or a tool call whose arguments may come in pieces; its name and id stand in the first.</summary>
    private void WriteContent(Utf8JsonWriter writer, SandboxChoice choice, string text, bool first)
    {
        if (choice.ToolName is null)
        {
            writer.WriteString("content", text);
            return;
        }

        if (first)
            writer.WriteNull("content");
        writer.WriteStartArray("tool_calls");
        writer.WriteStartObject();
        if (request.Stream)
            writer.WriteNumber("index", 0);
        if (first)
        {
            writer.WriteString("id", "call_" + request.Fingerprint);
            writer.WriteString("type", "function");
        }

        writer.WriteStartObject("function");
        if (first)
            writer.WriteString("name", choice.ToolName);
        writer.WriteString("arguments", text);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private void WriteUsage(Utf8JsonWriter writer)
    {
        var completion = 0;
        foreach (var choice in choices)
            completion += choice.Tokens;
        writer.WriteStartObject("usage");
        writer.WriteNumber("prompt_tokens", request.PromptTokens);
        writer.WriteNumber("completion_tokens", completion);
        writer.WriteNumber("total_tokens", request.PromptTokens + completion);
        writer.WriteEndObject();
    }
}
