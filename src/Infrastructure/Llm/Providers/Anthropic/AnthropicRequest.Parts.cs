using System.Buffers.Text;
using System.Text.Json;
using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

/// <content>Parts of a message's content.</content>
internal sealed partial class AnthropicRequest
{
    private static readonly byte[] Base64Mark = ";base64,"u8.ToArray();

    /// <summary>A message's content as blocks, whether it is a string or parts.</summary>
    private void WriteBlocks(JsonElement message, int index)
    {
        var content = message.Get("content"u8);
        if (content.ValueKind == JsonValueKind.String)
            WriteTextBlock(content, message.Object("cache_control"u8));
        else if (content.ValueKind == JsonValueKind.Array)
            WriteParts(content, index);
        WriteTextBlock(message.Text("refusal"u8), default);
    }

    private void WriteParts(JsonElement parts, int index)
    {
        var number = 0;
        foreach (var part in parts.EnumerateArray())
        {
            var type = part.Get("type"u8);
            if (type.Is("text"u8))
                WriteTextBlock(part.Text("text"u8), part.Object("cache_control"u8));
            else if (type.Is("refusal"u8))
                WriteTextBlock(part.Text("refusal"u8), default);
            else if (type.Is("image_url"u8))
                WriteImage(part, index, number);
            else if (type.Is("file"u8))
                WriteFile(part, index, number);
            else
                Refuse($"messages[{index}].content[{number}].type: this model takes text, image_url and file.");
            number++;
        }
    }

    /// <summary>An empty text is no block: this API refuses it.</summary>
    private void WriteTextBlock(JsonElement text, JsonElement cacheControl)
    {
        if (!text.Exists() || text.IsEmptyText())
            return;

        _json.WriteStartObject();
        _json.WriteString("type"u8, "text"u8);
        Copy("text"u8, text);
        Copy("cache_control"u8, cacheControl);
        _json.WriteEndObject();
    }

    private void WriteTextBlock(string text)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "text"u8);
        _json.WriteString("text"u8, text);
        _json.WriteEndObject();
    }

    private void WriteImage(JsonElement part, int index, int number)
    {
        var url = part.Object("image_url"u8).Text("url"u8);
        if (!url.Exists())
        {
            Refuse($"messages[{index}].content[{number}].image_url.url: is required.");
            return;
        }

        _json.WriteStartObject();
        _json.WriteString("type"u8, "image"u8);
        WriteSource(url, $"messages[{index}].content[{number}].image_url.url");
        Copy("cache_control"u8, part.Object("cache_control"u8));
        _json.WriteEndObject();
    }

    private void WriteFile(JsonElement part, int index, int number)
    {
        var file = part.Object("file"u8);
        var data = file.Text("file_data"u8);
        if (!data.Exists())
        {
            Refuse($"messages[{index}].content[{number}].file.file_data: is required; this model does not know stored files.");
            return;
        }

        var isImage = data.Utf8().StartsWith("data:image/"u8);
        _json.WriteStartObject();
        _json.WriteString("type"u8, isImage ? "image"u8 : "document"u8);
        WriteSource(data, $"messages[{index}].content[{number}].file.file_data");
        var name = file.Text("filename"u8);
        if (!isImage && !name.Is(UntitledFiles.Pdf) && !name.Is(UntitledFiles.Text))
            Copy("title"u8, name);
        Copy("cache_control"u8, part.Object("cache_control"u8));
        _json.WriteEndObject();
    }

    /// <summary>A <c>data:</c> address carries the bytes; any other one says where they are.</summary>
    private void WriteSource(JsonElement address, string path)
    {
        var text = address.Utf8();
        _json.WriteStartObject("source"u8);
        if (text.StartsWith("http:"u8) || text.StartsWith("https:"u8))
        {
            _json.WriteString("type"u8, "url"u8);
            _json.WriteString("url"u8, text);
        }
        else if (text.IndexOf(Base64Mark) is > 5 and var mark && text.StartsWith("data:"u8))
        {
            WriteData(text[5..mark], text[(mark + Base64Mark.Length)..], path);
        }
        else
        {
            Refuse($"{path}: must be a data: address in base64, or http(s).");
        }

        _json.WriteEndObject();
    }

    private void WriteData(ReadOnlySpan<byte> mediaType, ReadOnlySpan<byte> data, string path)
    {
        if (!mediaType.StartsWith("text/plain"u8))
        {
            var end = mediaType.IndexOf((byte)';');
            _json.WriteString("type"u8, "base64"u8);
            _json.WriteString("media_type"u8, end < 0 ? mediaType : mediaType[..end]);
            _json.WriteString("data"u8, data);
            return;
        }

        var plain = new byte[Base64.GetMaxDecodedFromUtf8Length(data.Length)];
        if (Base64.DecodeFromUtf8(data, plain, out _, out var written) != System.Buffers.OperationStatus.Done
            || !System.Text.Unicode.Utf8.IsValid(plain.AsSpan(0, written)))
        {
            Refuse($"{path}: must be UTF-8 in base64.");
            return;
        }

        _json.WriteString("type"u8, "text"u8);
        _json.WriteString("media_type"u8, "text/plain"u8);
        _json.WriteString("data"u8, plain.AsSpan(0, written));
    }
}
