using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SaasLlm.Api.OpenApi;

// For the document only: the service scans the raw body, nothing is ever read into this type.

/// <summary>A chat request as OpenAI's API takes it. Fields that are not listed here are passed on to the model untouched.</summary>
internal record LlmCallBody
{
    [Description("The group whose models serve the call. With neither this nor `model`, the team's first group serves.")]
    public string? ModelGroup { get; init; }

    [Description("One granted model by its alias, instead of a group.")]
    public string? Model { get; init; }

    [Description("What the call is for, in your words; shown in the job's list of calls.")]
    public string? Purpose { get; init; }

    [Description("The conversation, as OpenAI's chat API takes it; at least one message.")]
    public required IReadOnlyList<JsonElement> Messages { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    [Description("Most tokens to generate.")]
    public int? MaxTokens { get; init; }

    [Description("As `max_tokens`, by OpenAI's newer name; wins where both are given.")]
    public int? MaxCompletionTokens { get; init; }

    [Description("`{\"type\":\"json_object\"}` or a JSON schema.")]
    public JsonElement? ResponseFormat { get; init; }

    [Description("Functions that the model may call.")]
    public IReadOnlyList<JsonElement>? Tools { get; init; }

    [Description("`none`, `auto`, `required`, or an object that names a function.")]
    public object? ToolChoice { get; init; }

    [Description("True: the answer is a stream of server-sent events, ended by `data: [DONE]`.")]
    public bool? Stream { get; init; }

    [Description("`{\"include_usage\":true}` asks for a last chunk with the token counts.")]
    public JsonElement? StreamOptions { get; init; }

    [Description("A text, or a list of them, at which generation stops.")]
    public object? Stop { get; init; }

    public double? FrequencyPenalty { get; init; }

    public double? PresencePenalty { get; init; }

    public long? Seed { get; init; }

    [Description("`{\"ttl\":300}`: an answer to the same request may serve again that is at most so many seconds old (1 to 86400), and this one is kept for as long. 0 asks for a new one. Without it the model group's or the team's setting holds.")]
    public LlmCallCache? Cache { get; init; }

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; init; }
}

/// <param name="Ttl">Seconds, 0 to 86,400.</param>
internal sealed record LlmCallCache(int Ttl);

/// <summary>A job and its one call in one body.</summary>
internal sealed record CreateAndCallBody : LlmCallBody
{
    [Description("The team that pays; with a team's key it may be left out.")]
    public string? TeamId { get; init; }

    [Description("What sort of work it is, in your words; usage is shown by it.")]
    public required string JobType { get; init; }

    [Description("Your user, for your own accounting.")]
    public string? UserId { get; init; }

    [Description("The job's own metadata, a JSON object of at most 10 KB; `metadata` is the chat request's and goes to the model.")]
    public JsonElement? JobMetadata { get; init; }

    [Description("Your own id of the work.")]
    public string? ExternalTaskId { get; init; }

    [Description("Most that the job's calls may cost, in USD.")]
    public decimal? MaxCostUsd { get; init; }
}
