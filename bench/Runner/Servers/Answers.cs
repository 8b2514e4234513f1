namespace SaasLlm.Bench.Servers;

/// <summary>What the upstreams answer: shaped like OpenAI's.</summary>
internal static class Answers
{
    public const string Plain =
        """{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench-model-2026","choices":[{"index":0,"message":{"role":"assistant","content":"The candidate has ten years of experience with C# and five with SQL, has led a team of six, and writes about distributed systems."},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":64,"completion_tokens":31,"total_tokens":95,"prompt_tokens_details":{"cached_tokens":0}},"system_fingerprint":"fp_bench"}""";

    public const string Done = "data: [DONE]\n\n";

    private static readonly string[] Words = ["The", " candidate", " has", " ten", " years", " of", " experience", " with", " C#", "."];

    /// <summary>A role, ten words, the end, the usage and <c>[DONE]</c>: fourteen events.</summary>
    public static string Stream { get; } =
        Event("""{"role":"assistant","content":""}""", "null")
        + string.Concat(Words.Select(word => Event($$"""{"content":"{{word}}"}""", "null")))
        + Event("{}", "\"stop\"")
        + Usage
        + Done;

    public static string Usage { get; } =
        """data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench-model-2026","choices":[],"usage":{"prompt_tokens":64,"completion_tokens":10,"total_tokens":74}}""" + "\n\n";

    public static string Event(string delta, string finishReason) =>
        $$$"""data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench-model-2026","choices":[{"index":0,"delta":{{{delta}}},"finish_reason":{{{finishReason}}}}]}""" + "\n\n";
}
