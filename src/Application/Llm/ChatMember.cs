using System.Text.Json;

namespace SaasLlm.Application.Llm;

/// <summary>What the scan does with a member of a chat request.</summary>
internal enum ChatMemberUse
{
    /// <summary>Passed on; only its type is looked at.</summary>
    PassOn,

    /// <summary>Passed on, and part of the prompt's size.</summary>
    Count,

    /// <summary>This service's own: read elsewhere or not at all, never sent upstream.</summary>
    Drop,

    ModelGroup,
    Model,
    Purpose,
    Stream,
    StreamOptions,
    MaxTokens,
    MaxCompletionTokens,
    Temperature,
    Choices,
    Messages,
    Cache,
    Tools,
    ResponseFormat,
    PowerLevel,
    TaskType,
    Privacy,
}

/// <summary>The JSON types that a member may have; null is always one of them and means absent.</summary>
[Flags]
internal enum JsonShapes
{
    Any = 0,
    Text = 1,
    Number = 2,
    Flag = 4,
    List = 8,
    Map = 16,
}

/// <summary>A member of the request that this service knows by name.</summary>
internal sealed record ChatMember(string Name, JsonShapes Shapes, ChatMemberUse Use)
{
    // Ordered by how often a request holds them. At most 64: the scan marks those it has seen in one ulong.
    private static readonly ChatMember[] All =
    [
        new("messages", JsonShapes.List, ChatMemberUse.Messages),
        new("model_group", JsonShapes.Text, ChatMemberUse.ModelGroup),
        new("model", JsonShapes.Text, ChatMemberUse.Model),
        new("temperature", JsonShapes.Number, ChatMemberUse.Temperature),
        new("max_tokens", JsonShapes.Number, ChatMemberUse.MaxTokens),
        new("purpose", JsonShapes.Text, ChatMemberUse.Purpose),
        new("stream", JsonShapes.Flag, ChatMemberUse.Stream),
        new("stream_options", JsonShapes.Map, ChatMemberUse.StreamOptions),
        new("max_completion_tokens", JsonShapes.Number, ChatMemberUse.MaxCompletionTokens),
        new("n", JsonShapes.Number, ChatMemberUse.Choices),
        new("tools", JsonShapes.List, ChatMemberUse.Tools),
        new("functions", JsonShapes.List, ChatMemberUse.Count),
        new("response_format", JsonShapes.Map, ChatMemberUse.ResponseFormat),
        new("tool_choice", JsonShapes.Text | JsonShapes.Map, ChatMemberUse.PassOn),
        new("top_p", JsonShapes.Number, ChatMemberUse.PassOn),
        new("stop", JsonShapes.Text | JsonShapes.List, ChatMemberUse.PassOn),
        new("seed", JsonShapes.Number, ChatMemberUse.PassOn),
        new("frequency_penalty", JsonShapes.Number, ChatMemberUse.PassOn),
        new("presence_penalty", JsonShapes.Number, ChatMemberUse.PassOn),
        new("logprobs", JsonShapes.Flag, ChatMemberUse.PassOn),
        new("top_logprobs", JsonShapes.Number, ChatMemberUse.PassOn),
        new("parallel_tool_calls", JsonShapes.Flag, ChatMemberUse.PassOn),
        new("user", JsonShapes.Text, ChatMemberUse.PassOn),
        new("metadata", JsonShapes.Map, ChatMemberUse.PassOn),
        new("power_level", JsonShapes.Text, ChatMemberUse.PowerLevel),
        new("task_type", JsonShapes.Text, ChatMemberUse.TaskType),
        new("privacy_required", JsonShapes.Flag, ChatMemberUse.Privacy),
        new("cache", JsonShapes.Map, ChatMemberUse.Cache),
        new("job_id", JsonShapes.Any, ChatMemberUse.Drop),
        new("team_id", JsonShapes.Any, ChatMemberUse.Drop),
        new("job_type", JsonShapes.Any, ChatMemberUse.Drop),
        new("user_id", JsonShapes.Any, ChatMemberUse.Drop),
        new("external_task_id", JsonShapes.Any, ChatMemberUse.Drop),
        new("max_cost_usd", JsonShapes.Any, ChatMemberUse.Drop),
        new("max_calls", JsonShapes.Any, ChatMemberUse.Drop),
        new("ttl_seconds", JsonShapes.Any, ChatMemberUse.Drop),
        new("job_metadata", JsonShapes.Any, ChatMemberUse.Drop),
        new("top_k", JsonShapes.Number, ChatMemberUse.PassOn) { Extension = ChatExtensions.TopK },
        new("thinking", JsonShapes.Any, ChatMemberUse.PassOn) { Extension = ChatExtensions.Thinking },
        new("output_config", JsonShapes.Any, ChatMemberUse.PassOn) { Extension = ChatExtensions.Anthropic },
        new("cache_control", JsonShapes.Any, ChatMemberUse.PassOn) { Extension = ChatExtensions.Anthropic },
    ];

    private static readonly byte[][] Names = [.. All.Select(member => System.Text.Encoding.UTF8.GetBytes(member.Name))];

    /// <summary>What a provider must know to be sent it; none: all are.</summary>
    public ChatExtensions Extension { get; private init; }

    /// <summary>True where it is sent upstream as the caller wrote it.</summary>
    public bool IsPassedOn => Use is not (ChatMemberUse.Drop or ChatMemberUse.ModelGroup or ChatMemberUse.Model
        or ChatMemberUse.Purpose or ChatMemberUse.Stream or ChatMemberUse.StreamOptions
        or ChatMemberUse.Cache or ChatMemberUse.PowerLevel or ChatMemberUse.TaskType or ChatMemberUse.Privacy);

    /// <summary>True where it is part of the prompt's size.</summary>
    public bool IsCounted => Use is ChatMemberUse.Messages or ChatMemberUse.Count or ChatMemberUse.Tools or ChatMemberUse.ResponseFormat;

    /// <summary>The member whose name the reader stands on, however it is escaped; null where it is unknown.</summary>
    public static ChatMember? At(ref Utf8JsonReader reader, out ulong bit)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            if (reader.ValueTextEquals(Names[i]))
            {
                bit = 1ul << i;
                return All[i];
            }
        }

        bit = 0;
        return null;
    }

    public bool Accepts(JsonTokenType token) => token == JsonTokenType.Null || Shapes == JsonShapes.Any || (Shapes & ShapeOf(token)) != JsonShapes.Any;

    /// <summary>The types in words: <c>a string or an object</c>.</summary>
    public string ShapesInWords
    {
        get
        {
            var words = new List<string>();
            if (Shapes.HasFlag(JsonShapes.Text))
                words.Add("a string");
            if (Shapes.HasFlag(JsonShapes.Number))
                words.Add("a number");
            if (Shapes.HasFlag(JsonShapes.Flag))
                words.Add("true or false");
            if (Shapes.HasFlag(JsonShapes.List))
                words.Add("an array");
            if (Shapes.HasFlag(JsonShapes.Map))
                words.Add("an object");
            return string.Join(" or ", words);
        }
    }

    private static JsonShapes ShapeOf(JsonTokenType token) => token switch
    {
        JsonTokenType.String => JsonShapes.Text,
        JsonTokenType.Number => JsonShapes.Number,
        JsonTokenType.True or JsonTokenType.False => JsonShapes.Flag,
        JsonTokenType.StartArray => JsonShapes.List,
        JsonTokenType.StartObject => JsonShapes.Map,
        _ => JsonShapes.Any,
    };
}
