using System.Buffers;
using System.Text.Json;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm;

/// <summary>
/// A chat request as it came in: the raw JSON, scanned once. Everything that an OpenAI chat request may hold passes through
/// untouched; only what this service itself needs is read.
/// </summary>
public sealed class ChatRequest : ModelRequest
{
    /// <summary>The name of a model that leaves the choice to this service.</summary>
    public const string AutoModel = "auto";

    /// <summary>Deepest nesting that is read.</summary>
    public const int MaxDepth = 64;

    private readonly ByteRange _streamOptions;
    private readonly ExtensionMember[]? _extensions;
    private readonly bool _hasNestedExtensions;
    private readonly bool _namesMaxCompletionTokens;
    private int? _maxTokensAllowed;

    private ChatRequest(ReadOnlyMemory<byte> body, in ChatRequestScan scan)
        : base(body, scan.PassedOn)
    {
        ModelGroup = scan.ModelGroup;
        Model = scan.Model;
        Purpose = scan.Purpose;
        Stream = scan.Stream;
        IncludeUsage = scan.IncludeUsage;
        MaxTokens = scan.MaxTokens;
        _namesMaxCompletionTokens = scan.NamesMaxCompletionTokens;
        PromptBytes = scan.PromptBytes;
        CacheTtlSeconds = scan.CacheTtlSeconds;
        Intent = scan.Intent;
        _streamOptions = scan.StreamOptions;
        _extensions = scan.Extensions;
        _hasNestedExtensions = scan.HasNestedExtensions;
    }

    public override UpstreamOperation Operation => UpstreamOperation.Chat;

    /// <summary>The group asked for; null: the team's first.</summary>
    public string? ModelGroup { get; }

    /// <summary>What the call is for, in the caller's words.</summary>
    public string? Purpose { get; }

    /// <summary>True where the caller wants a stream.</summary>
    public bool Stream { get; }

    /// <summary>True where the caller asked for the usage chunk (<c>stream_options.include_usage</c>).</summary>
    public bool IncludeUsage { get; }

    /// <summary><c>cache.ttl</c>: how old an answer may be that serves again, in seconds; 0: none may; null: as the group or the team says.</summary>
    public int? CacheTtlSeconds { get; }

    /// <summary>
    /// Scans and checks a body. A member that is read here may stand only once: which of two the upstream would believe
    /// is not known, and a call must be metered by what is served.
    /// </summary>
    /// <param name="body">Kept as it is; must not change while the request lives.</param>
    public static Result<ChatRequest> Parse(ReadOnlyMemory<byte> body)
    {
        var scan = new ChatRequestScan(body.Span);
        try
        {
            if (scan.Run() is { } error)
                return error;
        }
        catch (JsonException)
        {
            return LlmErrors.MalformedJson();
        }

        return new ChatRequest(body, scan);
    }

    /// <summary>The same request with no more output than so many tokens; null: as it is.</summary>
    public ChatRequest Within(int? maxTokens)
    {
        if (maxTokens is null || maxTokens >= MaxTokens)
            return this;

        var limited = (ChatRequest)MemberwiseClone();
        limited._maxTokensAllowed = maxTokens;
        limited.MaxTokens = maxTokens;
        return limited;
    }

    public override void WriteUpstreamBody(IBufferWriter<byte> output, string upstreamModel, bool stream) =>
        WriteUpstreamBody(output, upstreamModel, stream, ChatExtensions.All);

    /// <summary>
    /// The request as it goes upstream: the caller's members byte for byte without this service's own, with the upstream's
    /// name of the model, and for a stream with usage asked for whether or not the caller did.
    /// </summary>
    /// <param name="known">The extensions that the upstream knows; the others are left out.</param>
    public void WriteUpstreamBody(IBufferWriter<byte> output, string upstreamModel, bool stream, ChatExtensions known)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(upstreamModel);
        var body = Body.Span;
        output.Write("{\"model\":"u8);
        JsonText.WriteString(output, upstreamModel);
        var filters = _hasNestedExtensions && !known.HasFlag(ChatExtensions.Anthropic);
        foreach (var member in PassedOn)
        {
            if (_maxTokensAllowed is not null && IsMaxTokens(member.In(body)))
                continue;

            output.Write(","u8);
            if (filters)
                ExtensionFilter.Write(output, member.In(body));
            else
                output.Write(member.In(body));
        }

        if (_maxTokensAllowed is { } allowed)
        {
            output.Write(_namesMaxCompletionTokens ? ",\"max_completion_tokens\":"u8 : ",\"max_tokens\":"u8);
            Span<byte> digits = stackalloc byte[11];
            System.Buffers.Text.Utf8Formatter.TryFormat(allowed, digits, out var length);
            output.Write(digits[..length]);
        }

        if (_extensions is not null)
            WriteExtensions(output, body, known);

        if (stream)
            WriteStreamMembers(output, body);

        output.Write("}"u8);
    }

    /// <summary>
    /// Writes what is asked of the model in the one form that all spellings of the request share. It is no JSON: made to be hashed.
    /// </summary>
    /// <returns>False where the request is too involved to be worth it; what is written then means nothing.</returns>
    public bool TryWriteCanonical(IBufferWriter<byte> output, bool stream) => CanonicalRequest.TryWrite(Body, stream, output);

    private static bool IsMaxTokens(ReadOnlySpan<byte> member) => member.StartsWith("\"max_tokens\""u8) || member.StartsWith("\"max_completion_tokens\""u8);

    private void WriteExtensions(IBufferWriter<byte> output, ReadOnlySpan<byte> body, ChatExtensions known)
    {
        foreach (var (kind, range) in _extensions!)
        {
            if (!known.HasFlag(kind))
                continue;

            output.Write(","u8);
            output.Write(range.In(body));
        }
    }

    private void WriteStreamMembers(IBufferWriter<byte> output, ReadOnlySpan<byte> body)
    {
        output.Write(",\"stream\":true,\"stream_options\":{"u8);
        if (_streamOptions.Length > 0)
        {
            var options = _streamOptions.In(body);
            var reader = new Utf8JsonReader(options);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var start = (int)reader.TokenStartIndex;
                var ours = reader.ValueTextEquals("include_usage"u8);
                reader.Skip();
                if (ours)
                    continue;

                output.Write(options[start..(int)reader.BytesConsumed]);
                output.Write(","u8);
            }
        }

        output.Write("\"include_usage\":true}"u8);
    }
}
