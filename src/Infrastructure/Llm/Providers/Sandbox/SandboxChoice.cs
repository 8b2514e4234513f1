using System.Buffers;
using System.Text;
using System.Text.Json;
using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers.Sandbox;

/// <summary>One choice of the sandbox's answer: a text, or a tool call.</summary>
/// <param name="Text">The whole text, or the arguments of the call as JSON.</param>
/// <param name="ToolName">Null: a text.</param>
internal sealed record SandboxChoice(string Text, string? ToolName, string FinishReason)
{
    /// <summary>What every text answer begins with, so that nobody takes it for a model's.</summary>
    public const string Label = "[sandbox]";

    private const int MaxQuotedChars = 160;

    public int Tokens => TokenEstimate.FromBytes(Encoding.UTF8.GetByteCount(Text));

    /// <exception cref="SchemaTooLargeException">The schema asks for more than the sandbox makes.</exception>
    public static SandboxChoice Make(SandboxRequest request, int index)
    {
        if (request.Tool is { } tool)
        {
            var arguments = SandboxRequest.Get(tool, "parameters") is { } parameters ? Sample(parameters) : "{}";
            return new SandboxChoice(arguments, SandboxRequest.Text(tool, "name") ?? "function", "tool_calls");
        }

        return request.AnswerSchema is { } schema
            ? Cut(Sample(schema), request.MaxTokens, minChars: 0)
            : Cut(StopAt(Prose(request, index), request.Stop), request.MaxTokens, Label.Length);
    }

    private static string Prose(SandboxRequest request, int index)
    {
        var asked = SandboxDirectives.Strip(request.UserText);
        if (asked.Length > MaxQuotedChars)
            asked = asked[..SafeCut(asked, MaxQuotedChars)] + "…";
        var which = index == 0 ? string.Empty : $" (choice {index + 1})";
        var about = request.EndsWithToolResult ? "The tool has answered; the question was" : "You asked";
        return $"{Label} No model has written this{which}: no provider credential serves it here. {about}: {asked}";
    }

    private static string StopAt(string text, IReadOnlyList<string> stops)
    {
        foreach (var stop in stops)
        {
            var at = text.IndexOf(stop, Label.Length, StringComparison.Ordinal);
            if (at >= 0)
                text = text[..at];
        }

        return text;
    }

    private static SandboxChoice Cut(string text, int? maxTokens, int minChars)
    {
        if (maxTokens is not { } max || TokenEstimate.FromBytes(Encoding.UTF8.GetByteCount(text)) <= max)
            return new SandboxChoice(text, null, "stop");

        var chars = Math.Max(minChars, (int)Math.Min(text.Length, (long)max * TokenEstimate.BytesPerToken));
        return new SandboxChoice(text[..SafeCut(text, chars)], null, "length");
    }

    /// <summary>Never between the halves of a surrogate pair.</summary>
    public static int SafeCut(string text, int at) =>
        at > 0 && at < text.Length && char.IsHighSurrogate(text[at - 1]) ? at - 1 : at;

    private static string Sample(JsonElement schema)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(output))
            new SchemaSample(schema).Write(writer);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
