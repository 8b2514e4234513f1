using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers.Sandbox;

/// <summary>A request for pictures as the sandbox reads it. What it makes is a single grey pixel, whatever was asked for.</summary>
internal sealed record SandboxImages
{
    /// <summary>What each picture is said to have cost: as a small one of OpenAI's at low quality.</summary>
    public const int TokensPerImage = 272;

    /// <summary>1 by 1.</summary>
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mNoaGgAAAMEAYF1LgG8AAAAAElFTkSuQmCC";

    /// <summary>2025-01-01: the same request has the same answer, to the last byte.</summary>
    private const long Created = 1_735_689_600;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required string Prompt { get; init; }

    public required int Count { get; init; }

    /// <summary>True: each as an address, which holds the picture itself.</summary>
    public required bool AsAddress { get; init; }

    public required SandboxDirectives Directives { get; init; }

    public static SandboxImages Read(JsonElement root)
    {
        var prompt = SandboxRequest.Text(root, "prompt") ?? string.Empty;
        return new SandboxImages
        {
            Prompt = prompt,
            Count = Math.Clamp(SandboxRequest.Number(root, "n") ?? 1, 1, 10),
            AsAddress = SandboxRequest.Text(root, "response_format") == "url",
            Directives = SandboxDirectives.Parse(prompt, SandboxRequest.Text(root, "model") ?? string.Empty),
        };
    }

    public byte[] Answer()
    {
        var output = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartObject();
        writer.WriteNumber("created", Created);
        writer.WriteStartArray("data");
        for (var i = 0; i < Count; i++)
        {
            writer.WriteStartObject();
            if (AsAddress)
                writer.WriteString("url", "data:image/png;base64," + Png);
            else
                writer.WriteString("b64_json", Png);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (!Directives.NoUsage)
            WriteUsage(writer);
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private void WriteUsage(Utf8JsonWriter writer)
    {
        var tokens = Math.Max(1, TokenEstimate.FromBytes(Encoding.UTF8.GetByteCount(Prompt)));
        writer.WriteStartObject("usage");
        writer.WriteNumber("total_tokens", tokens + (Count * TokensPerImage));
        writer.WriteNumber("input_tokens", tokens);
        writer.WriteNumber("output_tokens", Count * TokensPerImage);
        writer.WriteStartObject("input_tokens_details");
        writer.WriteNumber("text_tokens", tokens);
        writer.WriteNumber("image_tokens", 0);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
