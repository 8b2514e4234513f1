using System.Buffers;
using System.Text.Json;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Images;

/// <summary>A request to make pictures of a text.</summary>
public sealed class ImageRequest : ModelRequest
{
    /// <summary>Most pictures that one request may ask for.</summary>
    public const int MaxImages = 10;

    private static readonly string[] Known = ["prompt", "n", "size", "quality", "response_format", "style", "user", "stream"];

    private ImageRequest(ReadOnlyMemory<byte> body, in Facts facts)
        : base(body, facts.PassedOn)
    {
        Model = facts.Model;
        Intent = facts.Intent;
        PromptBytes = facts.PromptBytes;
        Images = facts.Images;
    }

    public override UpstreamOperation Operation => UpstreamOperation.ImageGenerations;

    /// <summary>Pictures asked for; 1 to <see cref="MaxImages"/>, default 1.</summary>
    public int Images { get; }

    /// <param name="body">Kept as it is; must not change while the request lives.</param>
    public static Result<ImageRequest> Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var facts = new Facts { Images = 1 };
            return Read(body.Span, ref facts) is { } error ? error : new ImageRequest(body, facts);
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
            scan.End(passOn: scan.Name != "stream");
        }

        facts.Model = scan.Model;
        facts.Intent = scan.Intent;
        facts.PassedOn = scan.PassedOn;
        return broken ?? (facts.PromptBytes == 0 ? Error.Field("prompt", "is required.") : null);
    }

    private static Error? ReadMember(ref BodyScan scan, ref Facts facts)
    {
        switch (scan.Name)
        {
            case "prompt":
                return ReadPrompt(ref scan, ref facts);
            case "n":
                return scan.ReadCount(MaxImages, out facts.Images);
            case "response_format":
                return scan.Reader.TokenType == JsonTokenType.String && (scan.Reader.ValueTextEquals("url"u8) || scan.Reader.ValueTextEquals("b64_json"u8))
                    ? null
                    : Error.Field("response_format", "must be url or b64_json.");
            case "stream":
                return scan.Reader.TokenType == JsonTokenType.False
                    ? null
                    : Error.Field("stream", "is not supported for images: leave it out or send false.");
            case "size" or "quality" or "style" or "user":
                return scan.CheckText();
            default:
                return null;
        }
    }

    private static Error? ReadPrompt(ref BodyScan scan, ref Facts facts)
    {
        if (scan.CheckText() is { } error)
            return error;
        if (scan.Reader.ValueSpan.IsEmpty)
            return Error.Field("prompt", "must not be empty.");

        facts.PromptBytes = scan.Reader.ValueSpan.Length;
        return null;
    }

    private struct Facts
    {
        public string? Model;
        public CallIntent Intent;
        public int Images;
        public int PromptBytes;
        public ByteRange[] PassedOn;
    }
}
