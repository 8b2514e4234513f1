using System.Text.Json;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>
/// What a message or a tool says: a string, or parts of it. A single text is written as a string, which every upstream takes;
/// several parts as parts.
/// </summary>
internal static class ResponsesContent
{
    /// <summary>Writes the <c>content</c> member of a chat message.</summary>
    public static Error? Write(JsonElement content, string path, Utf8JsonWriter chat)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            chat.WriteRaw("content"u8, content);
            return null;
        }

        if (content.ValueKind != JsonValueKind.Array)
            return Error.Field(path, "must be a string or an array of parts.");
        if (content.GetArrayLength() == 0)
            return Error.Field(path, "must not be empty.");
        if (content.GetArrayLength() == 1 && IsPlainText(content[0], out var text))
        {
            chat.WriteRaw("content"u8, text);
            return null;
        }

        chat.WriteStartArray("content"u8);
        if (WriteParts(content, path, chat) is { } error)
            return error;
        chat.WriteEndArray();
        return null;
    }

    /// <summary>Writes one <c>content</c> member from all that an assistant said; null where it said nothing.</summary>
    public static Error? Write(List<(JsonElement Value, string Path)> contents, Utf8JsonWriter chat)
    {
        if (contents.Count == 1)
            return Write(contents[0].Value, contents[0].Path, chat);
        if (contents.Count == 0)
        {
            chat.WriteNull("content"u8);
            return null;
        }

        chat.WriteStartArray("content"u8);
        foreach (var (content, path) in contents)
        {
            if (content.ValueKind == JsonValueKind.String)
                WriteText(content, content, chat);
            else if (content.ValueKind != JsonValueKind.Array)
                return Error.Field(path, "must be a string or an array of parts.");
            else if (WriteParts(content, path, chat) is { } error)
                return error;
        }

        chat.WriteEndArray();
        return null;
    }

    private static bool IsPlainText(JsonElement part, out JsonElement text)
    {
        text = default;
        return part.ValueKind == JsonValueKind.Object
            && (part.HasType("input_text"u8) || part.HasType("output_text"u8))
            && part.TryGetText("text"u8, out text)
            && !part.TryGet("cache_control"u8, out _);
    }

    private static Error? WriteParts(JsonElement parts, string path, Utf8JsonWriter chat)
    {
        var index = 0;
        foreach (var part in parts.EnumerateArray())
        {
            if (WritePart(part, $"{path}[{index}]", chat) is { } error)
                return error;
            index++;
        }

        return null;
    }

    private static Error? WritePart(JsonElement part, string path, Utf8JsonWriter chat)
    {
        if (part.ValueKind != JsonValueKind.Object)
            return Error.Field(path, "must be an object.");
        if (part.HasType("input_text"u8) || part.HasType("output_text"u8))
        {
            if (!part.TryGetText("text"u8, out var text))
                return Error.Field($"{path}.text", "must be a string.");
            WriteText(part, text, chat);
            return null;
        }

        if (part.HasType("refusal"u8))
        {
            if (!part.TryGetText("refusal"u8, out var refusal))
                return Error.Field($"{path}.refusal", "must be a string.");
            chat.WriteStartObject();
            chat.WriteString("type"u8, "refusal"u8);
            chat.WriteRaw("refusal"u8, refusal);
            chat.WriteEndObject();
            return null;
        }

        if (part.HasType("input_image"u8))
            return WriteImage(part, path, chat);
        if (part.HasType("input_file"u8))
            return WriteFile(part, path, chat);
        return part.HasType("input_audio"u8)
            ? WriteAudio(part, path, chat)
            : Error.Field($"{path}.type", "must be input_text, input_image, input_file, input_audio, output_text or refusal.");
    }

    private static void WriteText(JsonElement part, JsonElement text, Utf8JsonWriter chat)
    {
        chat.WriteStartObject();
        chat.WriteString("type"u8, "text"u8);
        chat.WriteRaw("text"u8, text);
        WriteEnd(part, chat);
    }

    private static Error? WriteImage(JsonElement part, string path, Utf8JsonWriter chat)
    {
        if (!part.TryGetText("image_url"u8, out var url))
        {
            return part.TryGet("file_id"u8, out _)
                ? Error.Field($"{path}.file_id", "is not supported: this service keeps no files; send image_url, which may be a data: URL.")
                : Error.Field($"{path}.image_url", "is required.");
        }

        chat.WriteStartObject();
        chat.WriteString("type"u8, "image_url"u8);
        chat.WriteStartObject("image_url"u8);
        chat.WriteRaw("url"u8, url);
        if (part.TryGetText("detail"u8, out var detail))
        {
            // A chat knows no finer one than high.
            if (detail.ValueEquals("original"u8))
                chat.WriteString("detail"u8, "high"u8);
            else
                chat.WriteRaw("detail"u8, detail);
        }

        chat.WriteEndObject();
        WriteEnd(part, chat);
        return null;
    }

    private static Error? WriteFile(JsonElement part, string path, Utf8JsonWriter chat)
    {
        if (!part.TryGetText("file_data"u8, out var data))
        {
            return part.TryGet("file_id"u8, out _)
                ? Error.Field($"{path}.file_id", "is not supported: this service keeps no files; send file_data.")
                : part.TryGet("file_url"u8, out _)
                    ? Error.Field($"{path}.file_url", "is not supported: this service fetches no files; send file_data.")
                    : Error.Field($"{path}.file_data", "is required.");
        }

        chat.WriteStartObject();
        chat.WriteString("type"u8, "file"u8);
        chat.WriteStartObject("file"u8);
        chat.CopyFrom(part, "filename"u8);
        chat.WriteRaw("file_data"u8, data);
        chat.WriteEndObject();
        WriteEnd(part, chat);
        return null;
    }

    private static Error? WriteAudio(JsonElement part, string path, Utf8JsonWriter chat)
    {
        if (!part.TryGet("input_audio"u8, out var audio) || audio.ValueKind != JsonValueKind.Object)
            return Error.Field($"{path}.input_audio", "must be an object.");

        chat.WriteStartObject();
        chat.WriteString("type"u8, "input_audio"u8);
        chat.WriteRaw("input_audio"u8, audio);
        WriteEnd(part, chat);
        return null;
    }

    private static void WriteEnd(JsonElement part, Utf8JsonWriter chat)
    {
        if (part.ValueKind == JsonValueKind.Object)
            chat.CopyFrom(part, "cache_control"u8);
        chat.WriteEndObject();
    }
}
