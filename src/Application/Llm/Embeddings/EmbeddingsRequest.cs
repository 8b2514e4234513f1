using System.Buffers;
using System.Text.Json;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Embeddings;

/// <summary>A request for the embeddings of texts, or of texts that are tokens already.</summary>
public sealed class EmbeddingsRequest : ModelRequest
{
    /// <summary>Most texts that one request may hold.</summary>
    public const int MaxInputs = 2048;

    private const string Shapes = "must be a string, an array of strings, an array of tokens or an array of arrays of tokens.";

    private static readonly string[] Known = ["input", "encoding_format", "dimensions", "user"];

    private EmbeddingsRequest(ReadOnlyMemory<byte> body, in Facts facts)
        : base(body, facts.PassedOn)
    {
        Model = facts.Model;
        Intent = facts.Intent;
        PromptBytes = facts.PromptBytes;
        MaxTokens = 0;
    }

    public override UpstreamOperation Operation => UpstreamOperation.Embeddings;

    /// <param name="body">Kept as it is; must not change while the request lives.</param>
    public static Result<EmbeddingsRequest> Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var facts = default(Facts);
            return Read(body.Span, ref facts) is { } error ? error : new EmbeddingsRequest(body, facts);
        }
        catch (JsonException)
        {
            return LlmErrors.MalformedJson();
        }
    }

    public override void WriteUpstreamBody(IBufferWriter<byte> output, string upstreamModel, bool stream)
    {
        WriteMembers(output, upstreamModel);
        output.Write("}"u8);
    }

    private static Error? Read(ReadOnlySpan<byte> body, ref Facts facts)
    {
        var scan = new BodyScan(body, Known);
        if (scan.Begin() is { } notAnObject)
            return notAnObject;

        Error? broken = null;
        while (scan.Next(out var error))
        {
            if (scan.Reader.TokenType != JsonTokenType.Null)
                error ??= ReadMember(ref scan, ref facts);
            broken ??= error;
            scan.End();
        }

        facts.Model = scan.Model;
        facts.Intent = scan.Intent;
        facts.PassedOn = scan.PassedOn;
        return broken ?? (facts.Inputs == 0 ? Error.Field("input", "is required.") : null);
    }

    private static Error? ReadMember(ref BodyScan scan, ref Facts facts)
    {
        switch (scan.Name)
        {
            case "input":
                return ReadInput(ref scan, ref facts);
            case "dimensions":
                return scan.ReadCount(int.MaxValue, out _);
            case "encoding_format":
                return scan.Reader.TokenType == JsonTokenType.String && (scan.Reader.ValueTextEquals("float"u8) || scan.Reader.ValueTextEquals("base64"u8))
                    ? null
                    : Error.Field("encoding_format", "must be float or base64.");
            case "user":
                return scan.CheckText();
            default:
                return null;
        }
    }

    private static Error? ReadInput(ref BodyScan scan, ref Facts facts)
    {
        if (scan.Reader.TokenType == JsonTokenType.String)
            return ReadText(ref scan, "input", ref facts);
        if (scan.Reader.TokenType != JsonTokenType.StartArray)
            return Error.Field("input", Shapes);

        var kind = JsonTokenType.None;
        var count = 0;
        for (; scan.Reader.Read() && scan.Reader.TokenType != JsonTokenType.EndArray; count++)
        {
            if (kind == JsonTokenType.None)
                kind = scan.Reader.TokenType;
            if (scan.Reader.TokenType != kind)
                return Error.Field($"input[{count}]", "must be of the same kind as the entries before it.");
            if (ReadEntry(ref scan, count, ref facts) is { } error)
                return error;
        }

        // Tokens without an array round them are one text.
        if (count == 0)
            return Error.Field("input", "must not be empty.");
        if (kind == JsonTokenType.Number)
            facts.Inputs = 1;
        return facts.Inputs > MaxInputs ? Error.Field("input", $"must have at most {MaxInputs} entries.") : null;
    }

    private static Error? ReadEntry(ref BodyScan scan, int index, ref Facts facts) => scan.Reader.TokenType switch
    {
        JsonTokenType.String => ReadText(ref scan, $"input[{index}]", ref facts),
        JsonTokenType.StartArray => ReadTokens(ref scan, index, ref facts),
        JsonTokenType.Number => ReadToken(ref scan, $"input[{index}]", ref facts),
        _ => Error.Field("input", Shapes),
    };

    private static Error? ReadText(ref BodyScan scan, string field, ref Facts facts)
    {
        if (scan.Reader.ValueSpan.IsEmpty)
            return Error.Field(field, "must not be empty.");

        facts.Inputs++;
        facts.PromptBytes += scan.Reader.ValueSpan.Length;
        return null;
    }

    private static Error? ReadTokens(ref BodyScan scan, int index, ref Facts facts)
    {
        var count = 0;
        for (; scan.Reader.Read() && scan.Reader.TokenType != JsonTokenType.EndArray; count++)
        {
            if (ReadToken(ref scan, $"input[{index}][{count}]", ref facts) is { } error)
                return error;
        }

        facts.Inputs++;
        return count == 0 ? Error.Field($"input[{index}]", "must not be empty.") : null;
    }

    private static Error? ReadToken(ref BodyScan scan, string field, ref Facts facts)
    {
        if (scan.Reader.TokenType != JsonTokenType.Number || !scan.Reader.TryGetInt32(out var token) || token < 0)
            return Error.Field(field, "must be a token: a whole number from 0.");

        facts.PromptBytes += TokenEstimate.BytesPerToken;
        return null;
    }

    private struct Facts
    {
        public string? Model;
        public CallIntent Intent;
        public int Inputs;
        public int PromptBytes;
        public ByteRange[] PassedOn;
    }
}
