namespace SaasLlm.Infrastructure.Tests.Llm.Anthropic;

/// <summary>Events of Anthropic's streams.</summary>
internal static class AnthropicEvents
{
    public const string Start =
        """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":5,"cache_read_input_tokens":20,"output_tokens":1}}}""";

    public const string Ping = """{"type":"ping"}""";

    public const string Stop = """{"type":"message_stop"}""";

    public static string BlockStart(int index, string block) => $$"""{"type":"content_block_start","index":{{index}},"content_block":{{block}} }""";

    public static string Delta(int index, string delta) => $$"""{"type":"content_block_delta","index":{{index}},"delta":{{delta}} }""";

    public static string BlockStop(int index) => $$"""{"type":"content_block_stop","index":{{index}} }""";

    public static string End(string reason = "end_turn", int output = 12) =>
        $$$"""{"type":"message_delta","delta":{"stop_reason":"{{{reason}}}","stop_sequence":null},"usage":{"output_tokens":{{{output}}}}}""";

    public static string[] Text(params string[] pieces) =>
    [
        Start,
        BlockStart(0, """{"type":"text","text":""}"""),
        Ping,
        .. pieces.Select(piece => Delta(0, $$"""{"type":"text_delta","text":"{{piece}}"}""")),
        BlockStop(0),
        End(),
        Stop,
    ];

    /// <summary>Thoughts, a text and two tool calls.</summary>
    public static string[] Everything() =>
    [
        Start,
        BlockStart(0, """{"type":"thinking","thinking":"","signature":""}"""),
        Delta(0, """{"type":"thinking_delta","thinking":"let me"}"""),
        Delta(0, """{"type":"thinking_delta","thinking":" see"}"""),
        Delta(0, """{"type":"signature_delta","signature":"sig=="}"""),
        BlockStop(0),
        BlockStart(1, """{"type":"redacted_thinking","data":"secret"}"""),
        BlockStop(1),
        BlockStart(2, """{"type":"text","text":""}"""),
        Delta(2, """{"type":"text_delta","text":"It \"is\" h\u00e9"}"""),
        BlockStop(2),
        BlockStart(3, """{"type":"tool_use","id":"toolu_1","name":"f","input":{}}"""),
        Delta(3, """{"type":"input_json_delta","partial_json":""}"""),
        Delta(3, """{"type":"input_json_delta","partial_json":"{\"a\":"}"""),
        Delta(3, """{"type":"input_json_delta","partial_json":"1}"}"""),
        BlockStop(3),
        BlockStart(4, """{"type":"tool_use","id":"toolu_2","name":"g","input":{}}"""),
        BlockStop(4),
        End("tool_use", 42),
        Stop,
    ];

    /// <summary>As they come over the wire.</summary>
    public static string Wire(params string[] events) =>
        string.Concat(events.Select(data => $"event: {(string)System.Text.Json.Nodes.JsonNode.Parse(data)!["type"]!}\ndata: {data}\n\n"));
}
