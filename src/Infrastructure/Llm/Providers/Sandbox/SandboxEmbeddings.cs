using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers.Sandbox;

/// <summary>
/// A request for embeddings as the sandbox reads it. What it makes are unit vectors, the same for the same text; they say nothing of
/// what the text means. Lives as long as the JSON document that it was read from.
/// </summary>
internal sealed record SandboxEmbeddings
{
    /// <summary>As OpenAI's small model has them.</summary>
    public const int DefaultDimensions = 1536;

    public const int MaxDimensions = 8192;

    /// <summary>The upstream's name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Texts, or lists of tokens.</summary>
    public required IReadOnlyList<JsonElement> Inputs { get; init; }

    public required int Dimensions { get; init; }

    /// <summary>True: as the bytes of little-endian floats.</summary>
    public required bool Base64 { get; init; }

    public required SandboxDirectives Directives { get; init; }

    public static SandboxEmbeddings Read(JsonElement root)
    {
        var model = SandboxRequest.Text(root, "model") ?? string.Empty;
        var input = SandboxRequest.Get(root, "input") ?? default;

        // An array of numbers is one text.
        var inputs = input.ValueKind == JsonValueKind.Array && input.GetArrayLength() > 0 && input[0].ValueKind != JsonValueKind.Number
            ? input.EnumerateArray().ToArray()
            : [input];
        return new SandboxEmbeddings
        {
            Model = model,
            Inputs = inputs,
            Dimensions = SandboxRequest.Number(root, "dimensions") ?? DefaultDimensions,
            Base64 = SandboxRequest.Text(root, "encoding_format") == "base64",
            Directives = SandboxDirectives.Parse(inputs[0].ValueKind == JsonValueKind.String ? inputs[0].GetString()! : string.Empty, model),
        };
    }

    public byte[] Answer()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("object", "list");
        writer.WriteStartArray("data");
        for (var i = 0; i < Inputs.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("object", "embedding");
            writer.WriteNumber("index", i);
            WriteVector(writer, Vector(Inputs[i]));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("model", Model);
        if (!Directives.NoUsage)
        {
            var tokens = Inputs.Sum(TokensOf);
            writer.WriteStartObject("usage");
            writer.WriteNumber("prompt_tokens", tokens);
            writer.WriteNumber("total_tokens", tokens);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private void WriteVector(Utf8JsonWriter writer, float[] vector)
    {
        if (Base64)
        {
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var i = 0; i < vector.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            writer.WriteBase64String("embedding", bytes);
            return;
        }

        writer.WriteStartArray("embedding");
        foreach (var value in vector)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    private float[] Vector(JsonElement input)
    {
        // SplitMix64, begun with a hash of the text: the same in every process.
        var text = input.ValueKind == JsonValueKind.String ? input.GetString()! : input.GetRawText();
        var state = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var vector = new float[Dimensions];
        var squares = 0.0;
        for (var i = 0; i < vector.Length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            var bits = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            bits ^= bits >> 31;
            vector[i] = (bits >> 40) / (float)(1 << 23) - 1;
            squares += vector[i] * vector[i];
        }

        var length = (float)Math.Sqrt(squares);
        for (var i = 0; i < vector.Length; i++)
            vector[i] /= length;
        return vector;
    }

    private static int TokensOf(JsonElement input) => input.ValueKind switch
    {
        JsonValueKind.String => Math.Max(1, TokenEstimate.FromBytes(Encoding.UTF8.GetByteCount(input.GetString()!))),
        JsonValueKind.Array => input.GetArrayLength(),
        _ => 1,
    };
}
