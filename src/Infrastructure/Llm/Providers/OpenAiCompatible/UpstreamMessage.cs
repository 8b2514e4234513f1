using System.Text.Json;
using System.Text.RegularExpressions;

namespace SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

/// <summary>What an upstream says of a request that it refuses, as a team may read it: without secrets, names and addresses.</summary>
internal static partial class UpstreamMessage
{
    private const int MaxLength = 1000;
    private const string Fallback = "The model refused the request.";

    public static string Read(ReadOnlyMemory<byte> body, Deployment deployment) => Redact(Extract(body), deployment);

    /// <summary>The message in any of the shapes that servers use: <c>error.message</c>, <c>error</c>, <c>message</c>, <c>detail</c>.</summary>
    private static string Extract(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
                root = root[0];

            return TextOf(root, "error", "message") ?? TextOf(root, "error") ?? TextOf(root, "message") ?? TextOf(root, "detail") ?? Fallback;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Fallback;
        }
    }

    private static string? TextOf(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }

    private static string Redact(string message, Deployment deployment)
    {
        // Cut only after the secrets are out: half a key is still half a key.
        if (deployment.Credential.ApiKey.Length >= 4)
            message = message.Replace(deployment.Credential.ApiKey, "[key]", StringComparison.Ordinal);
        message = Secrets().Replace(message, "[key]");
        message = Links().Replace(message, "[link]");
        message = message.Replace(deployment.UpstreamModel, "the model", StringComparison.OrdinalIgnoreCase);
        message = message.Replace(deployment.Address.Host, "the upstream", StringComparison.OrdinalIgnoreCase);
        message = message.Replace(deployment.Provider, "the provider", StringComparison.OrdinalIgnoreCase);
        message = Providers().Replace(message, "the provider").Replace('\0', ' ').Trim();
        if (message.Length > MaxLength)
            message = message[..MaxLength] + "…";
        return message.Length == 0 ? Fallback : message;
    }

    [GeneratedRegex(@"\b(?:Bearer\s+\S+|(?:sk|pk|rk|gsk|xai|key|csk|nvapi|pplx)[-_][A-Za-z0-9_*\-.…]{6,}|AIza[A-Za-z0-9_\-]{16,})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secrets();

    [GeneratedRegex(@"https?://[^\s""'<>)]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Links();

    [GeneratedRegex(@"\b(?:openai|azure|anthropic|claude|openrouter|groq|deepseek|gemini|google|vertex|mistral|xai|moonshot|minimax|zhipu|fireworks|litellm|ollama|vllm)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Providers();
}
