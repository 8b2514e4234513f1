using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

/// <summary>
/// A chat request in the words of Anthropic's Messages API. Texts, schemas and tool inputs are copied as they were written;
/// what cannot be said is refused by name, and what only tunes the choice of tokens is left out.
/// </summary>
/// <param name="chat">The caller's body; it has passed the scan of a chat request.</param>
/// <param name="model">The provider's name of the model.</param>
/// <param name="maxTokens">How long the answer may be.</param>
internal sealed partial class AnthropicRequest(JsonElement chat, string model, int maxTokens, Utf8JsonWriter json)
{
    /// <summary>Where neither the caller nor the catalogue says how long an answer may be, which this API must be told.</summary>
    private const int DefaultMaxTokens = 4096;

    private const int MinThinkingTokens = 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly AnthropicModel _model = AnthropicModel.Of(model);
    private readonly JsonElement _messages = chat.Array("messages"u8);
    private readonly JsonElement _tools = chat.Array("tools"u8);
    private readonly JsonElement _format = chat.Object("response_format"u8);
    private readonly Utf8JsonWriter _json = json;
    private string? _unsayable;

    /// <param name="upstreamModel">The provider's name of the model.</param>
    /// <param name="mostTokens">What the model can write; null: not known.</param>
    /// <returns>Null, or what of the request this API cannot say.</returns>
    public static string? Write(IBufferWriter<byte> output, ChatRequest request, string upstreamModel, int? mostTokens, bool stream)
    {
        using var chat = JsonDocument.Parse(request.Body, new JsonDocumentOptions { MaxDepth = ChatRequest.MaxDepth });
        using var json = new Utf8JsonWriter(output, Options);
        var translation = new AnthropicRequest(chat.RootElement, upstreamModel, request.MaxTokens ?? mostTokens ?? DefaultMaxTokens, json);
        try
        {
            translation.Write(stream);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped, in the name of a member.
            translation.Refuse("The body must be valid Unicode.");
        }

        return translation._unsayable;
    }

    private void Write(bool stream)
    {
        _json.WriteStartObject();
        _json.WriteString("model"u8, model);
        _json.WriteNumber("max_tokens"u8, maxTokens);
        WriteSystem();
        WriteMessages();
        WriteTools();
        WriteToolChoice();
        WriteThinking();
        WriteOutputConfig();
        WriteSampling();
        WriteStop();
        WriteRest();
        if (stream)
            _json.WriteBoolean("stream"u8, true);
        _json.WriteEndObject();
    }

    /// <summary>The first thing that cannot be said is what the caller is told.</summary>
    private void Refuse(string what) => _unsayable ??= what;

    private void Copy(ReadOnlySpan<byte> name, JsonElement value)
    {
        if (!value.Exists())
            return;

        _json.WritePropertyName(name);
        Copy(value);
    }

    private void Copy(JsonElement value) => _json.WriteRawValue(value.Raw(), skipInputValidation: true);

    /// <summary>
    /// Thinking as the caller asks for it in this API's own words (<c>thinking</c>; null: not at all), else by OpenAI's <c>reasoning_effort</c>.
    /// </summary>
    private void WriteThinking()
    {
        if (chat.TryGetProperty("thinking"u8, out _))
        {
            Copy("thinking"u8, chat.Object("thinking"u8));
            return;
        }

        if (!ThinksByEffort())
            return;

        _json.WriteStartObject("thinking"u8);
        if (_model.ThinksAdaptively)
        {
            _json.WriteString("type"u8, "adaptive"u8);
        }
        else
        {
            _json.WriteString("type"u8, "enabled"u8);
            _json.WriteNumber("budget_tokens"u8, ThinkingBudget());
        }

        _json.WriteEndObject();
    }

    /// <summary>True where <c>reasoning_effort</c> makes the model think, as far as it goes together with the rest of the request.</summary>
    private bool ThinksByEffort()
    {
        var effort = chat.Text("reasoning_effort"u8);
        if (!effort.Exists() || effort.Is("none"u8) || !_model.Thinks || chat.TryGetProperty("thinking"u8, out _) || ForcesTool())
            return false;

        // With a budget it must fit into the answer, and a turn that is going on must have begun with thinking.
        return _model.ThinksAdaptively || (ThinkingBudget() >= MinThinkingTokens && !LastTurnLacksThinking());
    }

    private int ThinkingBudget()
    {
        var effort = chat.Text("reasoning_effort"u8);
        var budget = effort.Is("minimal"u8) || effort.Is("low"u8) ? 2048
            : effort.Is("medium"u8) ? 8192
            : effort.Is("high"u8) ? 16_384
            : 32_768;
        return Math.Min(budget, maxTokens / 2);
    }

    private void WriteOutputConfig()
    {
        var effort = chat.Object("output_config"u8).Text("effort"u8);
        var schema = _model.FollowsSchemas ? Schema() : default;
        var byReasoning = effort.Exists() || !_model.ThinksAdaptively ? default : chat.Text("reasoning_effort"u8);
        if (byReasoning.Is("none"u8))
            byReasoning = default;
        if (!effort.Exists() && !byReasoning.Exists() && !schema.Exists())
            return;

        _json.WriteStartObject("output_config"u8);
        Copy("effort"u8, effort);
        if (byReasoning.Exists())
            WriteEffort(byReasoning);
        if (schema.Exists())
        {
            _json.WriteStartObject("format"u8);
            _json.WriteString("type"u8, "json_schema"u8);
            _json.WritePropertyName("schema"u8);
            AnthropicSchema.Write(_json, schema);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    private void WriteEffort(JsonElement effort)
    {
        if (effort.Is("minimal"u8))
            _json.WriteString("effort"u8, "low"u8);
        else if (effort.Is("xhigh"u8) && !_model.KnowsExtraHighEffort)
            _json.WriteString("effort"u8, "high"u8);
        else
            Copy("effort"u8, effort);
    }

    /// <summary>Newer models refuse what older ones took. A model that thinks chooses for itself.</summary>
    private void WriteSampling()
    {
        if (!_model.TakesSampling || ThinksByEffort())
            return;

        var temperature = chat.Get("temperature"u8);
        var topP = chat.Get("top_p"u8);
        if (temperature.Exists() && temperature.GetDouble() > 1)
            _json.WriteNumber("temperature"u8, 1);
        else
            Copy("temperature"u8, temperature);
        if (_model.TakesBothSamplings || !temperature.Exists())
            Copy("top_p"u8, topP);
        Copy("top_k"u8, chat.Get("top_k"u8));
    }

    private void WriteStop()
    {
        var stop = chat.Get("stop"u8);
        if (stop.ValueKind != JsonValueKind.String)
        {
            Copy("stop_sequences"u8, stop);
            return;
        }

        _json.WriteStartArray("stop_sequences"u8);
        Copy(stop);
        _json.WriteEndArray();
    }

    private void WriteRest()
    {
        var user = chat.Text("user"u8);
        if (!user.Exists())
            user = chat.Text("safety_identifier"u8);
        if (user.Exists())
        {
            _json.WriteStartObject("metadata"u8);
            Copy("user_id"u8, user);
            _json.WriteEndObject();
        }

        Copy("cache_control"u8, chat.Object("cache_control"u8));
        var tier = chat.Text("service_tier"u8);
        if (tier.Is("auto"u8))
            _json.WriteString("service_tier"u8, "auto"u8);
        else if (tier.Is("default"u8))
            _json.WriteString("service_tier"u8, "standard_only"u8);

        if (chat.Get("n"u8) is { ValueKind: JsonValueKind.Number } count && count.GetDouble() > 1)
            Refuse("n: this model writes one choice only.");
        if (chat.Array("functions"u8).Exists() || chat.Get("function_call"u8).Exists())
            Refuse("functions: this model takes functions as tools.");
        if (chat.Get("audio"u8).Exists())
            Refuse("audio: this model does not speak.");
        if (chat.Get("web_search_options"u8).Exists())
            Refuse("web_search_options: this model does not search the web.");
    }
}
