using System.Text;
using System.Text.Json;
using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers.Sandbox;

/// <summary>A chat request as the sandbox reads it. Lives as long as the JSON document that it was read from.</summary>
internal sealed record SandboxRequest
{
    /// <summary>The upstream's name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The last user message, directives included.</summary>
    public required string UserText { get; init; }

    /// <summary>True where the last message is a tool's result: it wants an answer, not another tool call.</summary>
    public required bool EndsWithToolResult { get; init; }

    public required int PromptTokens { get; init; }

    public required bool Stream { get; init; }

    public required bool IncludeUsage { get; init; }

    public int? MaxTokens { get; init; }

    public required int Choices { get; init; }

    /// <summary>Texts at which the answer ends.</summary>
    public required IReadOnlyList<string> Stop { get; init; }

    /// <summary>The schema that the answer must fit; null: plain text.</summary>
    public JsonElement? AnswerSchema { get; init; }

    /// <summary>The tool to call; null: none is asked for.</summary>
    public JsonElement? Tool { get; init; }

    /// <summary>Distinguishes requests, the same for the same: the base of ids.</summary>
    public required string Fingerprint { get; init; }

    public required SandboxDirectives Directives { get; init; }

    public static SandboxRequest Read(JsonElement root, ReadOnlySpan<byte> body)
    {
        var (userText, endsWithToolResult, textBytes) = ReadMessages(root);
        var model = Text(root, "model") ?? string.Empty;
        var directives = SandboxDirectives.Parse(userText, model);
        return new SandboxRequest
        {
            Model = model,
            UserText = userText,
            EndsWithToolResult = endsWithToolResult,
            PromptTokens = Math.Max(1, TokenEstimate.FromBytes(textBytes)),
            Stream = Get(root, "stream") is { ValueKind: JsonValueKind.True },
            IncludeUsage = Get(root, "stream_options") is { } options && Get(options, "include_usage") is { ValueKind: JsonValueKind.True },
            MaxTokens = Number(root, "max_completion_tokens") ?? Number(root, "max_tokens"),
            Choices = Math.Clamp(Number(root, "n") ?? 1, 1, 128),
            Stop = ReadStop(root),
            AnswerSchema = ReadAnswerSchema(root),
            Tool = endsWithToolResult ? null : ReadTool(root, directives.CallTool),
            Fingerprint = Hash(body).ToString("x16"),
            Directives = directives,
        };
    }

    public static JsonElement? Get(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(JsonElement element, string name) =>
        Get(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static int? Number(JsonElement element, string name) =>
        Get(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    private static (string UserText, bool EndsWithToolResult, int TextBytes) ReadMessages(JsonElement root)
    {
        var userText = string.Empty;
        var role = string.Empty;
        var bytes = 0;
        if (Get(root, "messages") is not { ValueKind: JsonValueKind.Array } messages)
            return (userText, false, bytes);

        foreach (var message in messages.EnumerateArray())
        {
            var text = ContentOf(message);
            bytes += Encoding.UTF8.GetByteCount(text);
            role = Text(message, "role") ?? string.Empty;
            if (role == "user")
                userText = text;
        }

        return (userText, role is "tool" or "function", bytes);
    }

    private static string ContentOf(JsonElement message)
    {
        if (Get(message, "content") is not { } content)
            return string.Empty;
        if (content.ValueKind == JsonValueKind.String)
            return content.GetString()!;
        if (content.ValueKind != JsonValueKind.Array)
            return string.Empty;

        return string.Join('\n', content.EnumerateArray().Select(part => Text(part, "text")).OfType<string>());
    }

    private static string[] ReadStop(JsonElement root) => Get(root, "stop") switch
    {
        { ValueKind: JsonValueKind.String } one when one.GetString() is { Length: > 0 } text => [text],
        { ValueKind: JsonValueKind.Array } many => [.. many.EnumerateArray()
            .Where(item => item.ValueKind == JsonValueKind.String)
            .Select(item => item.GetString()!)
            .Where(text => text.Length > 0)],
        _ => [],
    };

    private static JsonElement? ReadAnswerSchema(JsonElement root)
    {
        if (Get(root, "response_format") is not { } format)
            return null;

        return Text(format, "type") switch
        {
            "json_object" => AnyObject,
            "json_schema" => Get(format, "json_schema") is { } wrapper && Get(wrapper, "schema") is { } schema ? schema : AnyObject,
            _ => null,
        };
    }

    /// <summary>The tool that the request forces, or the first one where a directive asks for a call.</summary>
    private static JsonElement? ReadTool(JsonElement root, bool asked)
    {
        if (Get(root, "tools") is not { ValueKind: JsonValueKind.Array } tools || tools.GetArrayLength() == 0)
            return null;

        var choice = Get(root, "tool_choice");
        if (choice is { ValueKind: JsonValueKind.Object } named && Get(named, "function") is { } wanted)
        {
            var name = Text(wanted, "name");
            return tools.EnumerateArray()
                .Select(tool => Get(tool, "function"))
                .FirstOrDefault(function => function is { } candidate && Text(candidate, "name") == name);
        }

        var word = choice is { ValueKind: JsonValueKind.String } text ? text.GetString() : "auto";
        return word == "required" || (word != "none" && asked) ? Get(tools[0], "function") : null;
    }

    private static JsonElement AnyObject { get; } = JsonElement.Parse(
        """{"type":"object","properties":{"sandbox":{"const":true},"answer":{"type":"string"}}}""");

    /// <summary>FNV-1a: spreads well enough for ids, the same in every process.</summary>
    private static ulong Hash(ReadOnlySpan<byte> text)
    {
        var hash = 14695981039346656037ul;
        foreach (var b in text)
            hash = (hash ^ b) * 1099511628211ul;
        return hash;
    }
}
