using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm;

/// <summary>
/// A chat request as it came in: the raw JSON, scanned once. Everything that an OpenAI chat request may hold passes through
/// untouched; only what this service itself needs is read.
/// </summary>
public sealed class ChatRequest
{
    /// <summary>The caller's JSON, whole.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The group asked for; null: the team's first.</summary>
    public string? ModelGroup { get; init; }

    /// <summary>The model alias asked for; null where a group serves.</summary>
    public string? Model { get; init; }

    /// <summary>What the call is for, in the caller's words.</summary>
    public string? Purpose { get; init; }

    /// <summary>True where the caller wants a stream.</summary>
    public bool Stream { get; init; }

    /// <summary>True where the caller asked for the usage chunk (<c>stream_options.include_usage</c>).</summary>
    public bool IncludeUsage { get; init; }

    /// <summary><c>max_completion_tokens</c> or <c>max_tokens</c>, where given.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>UTF-8 bytes of the messages, tools included: the base of a prompt estimate.</summary>
    public int PromptBytes { get; init; }

    /// <summary>Scans and checks a body.</summary>
    public static Result<ChatRequest> Parse(ReadOnlyMemory<byte> body) => throw new NotSupportedException();
}
