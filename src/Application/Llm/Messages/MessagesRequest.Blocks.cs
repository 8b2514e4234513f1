using System.Buffers.Text;
using System.Text.Json;

namespace SaasLlm.Application.Llm.Messages;

/// <content>Blocks of content as parts of it.</content>
internal sealed partial class MessagesRequest
{
    /// <summary>Writes <c>content</c>: one plain text as a string, which every server takes, all else as parts. What is a message or member of its own is passed over.</summary>
    private void WriteContent(JsonElement content, string path)
    {
        _chat.WritePropertyName("content"u8);
        if (content.ValueKind != JsonValueKind.Array)
        {
            _chat.WriteRawValue(content.Raw(), skipInputValidation: true);
            return;
        }

        if (OnlyText(content) is { ValueKind: JsonValueKind.String } text)
        {
            _chat.WriteRawValue(text.Raw(), skipInputValidation: true);
            return;
        }

        _chat.WriteStartArray();
        var index = 0;
        foreach (var block in content.EnumerateArray())
        {
            if (!IsApart(block.Get("type"u8)))
                WritePart(block, $"{path}[{index}]");
            index++;
        }

        _chat.WriteEndArray();
    }

    private static bool IsApart(JsonElement type) => type.Is("tool_result"u8) || type.Is("tool_use"u8) || IsThought(type);

    /// <summary>The text, where it is all there is and carries nothing else.</summary>
    private static JsonElement OnlyText(JsonElement content)
    {
        JsonElement only = default;
        foreach (var block in content.EnumerateArray())
        {
            if (IsApart(block.Get("type"u8)))
                continue;
            if (only.Exists() || !block.Get("type"u8).Is("text"u8) || block.Get("cache_control"u8).Exists())
                return default;
            only = block.Text("text"u8);
            if (!only.Exists())
                return default;
        }

        return only;
    }

    private void WritePart(JsonElement block, string path)
    {
        var type = block.Get("type"u8);
        if (type.Is("text"u8))
            WriteText(block, path);
        else if (type.Is("image"u8))
            WriteImage(block, path);
        else if (type.Is("document"u8))
            WriteDocument(block, path);
        else
            Refuse(path + ".type", "must be text, image, document or tool_result.");
    }

    private void WriteText(JsonElement block, string path)
    {
        var text = block.Text("text"u8);
        if (!text.Exists())
            Refuse(path + ".text", "is required.");

        _chat.WriteStartObject();
        _chat.WriteString("type"u8, "text"u8);
        Copy("text"u8, text);
        Copy("cache_control"u8, block.Object("cache_control"u8));
        _chat.WriteEndObject();
    }

    private void WriteImage(JsonElement block, string path)
    {
        _chat.WriteStartObject();
        _chat.WriteString("type"u8, "image_url"u8);
        _chat.WriteStartObject("image_url"u8);
        WriteSource("url"u8, block.Object("source"u8), path + ".source");
        _chat.WriteEndObject();
        Copy("cache_control"u8, block.Object("cache_control"u8));
        _chat.WriteEndObject();
    }

    private void WriteDocument(JsonElement block, string path)
    {
        if (block.Object("citations"u8).Get("enabled"u8).IsTrue())
            Refuse(path + ".citations", "is not offered.");
        if (block.Get("context"u8).Exists())
            Refuse(path + ".context", "is not offered; say it in a text block.");

        var source = block.Object("source"u8);
        _chat.WriteStartObject();
        _chat.WriteString("type"u8, "file"u8);
        _chat.WriteStartObject("file"u8);
        if (block.Text("title"u8) is var title && title.Exists())
            Copy("filename"u8, title);
        else
            _chat.WriteString("filename"u8, source.Get("type"u8).Is("text"u8) ? UntitledFiles.Text : UntitledFiles.Pdf);
        WriteSource("file_data"u8, source, path + ".source");
        _chat.WriteEndObject();
        Copy("cache_control"u8, block.Object("cache_control"u8));
        _chat.WriteEndObject();
    }

    private void WriteSource(ReadOnlySpan<byte> name, JsonElement source, string path)
    {
        var type = source.Get("type"u8);
        var data = source.Text(type.Is("url"u8) ? "url"u8 : "data"u8);
        var mediaType = source.Text("media_type"u8);
        if (!data.Exists())
            Refuse(path, "must be of the type base64, url or text, with its data.");
        else if (type.Is("url"u8))
            Copy(name, data);
        else if (type.Is("base64"u8) && mediaType.Exists())
            WriteDataUrl(name, mediaType.Utf8(), data.Utf8());
        else if (type.Is("text"u8))
            WriteDataUrl(name, "text/plain"u8, InBase64(data.Utf8()));
        else
            Refuse(path, "must be of the type base64 (with its media_type), url or text.");
    }

    private void WriteDataUrl(ReadOnlySpan<byte> name, ReadOnlySpan<byte> mediaType, ReadOnlySpan<byte> data)
    {
        _chat.WritePropertyName(name);
        _chat.WriteStringValueSegment("data:"u8, isFinalSegment: false);
        _chat.WriteStringValueSegment(mediaType, isFinalSegment: false);
        _chat.WriteStringValueSegment(";base64,"u8, isFinalSegment: false);
        _chat.WriteStringValueSegment(data, isFinalSegment: true);
    }

    private static byte[] InBase64(ReadOnlySpan<byte> text)
    {
        var data = new byte[Base64.GetMaxEncodedToUtf8Length(text.Length)];
        Base64.EncodeToUtf8(text, data, out _, out _);
        return data;
    }
}
