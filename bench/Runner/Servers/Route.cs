namespace SaasLlm.Bench.Servers;

/// <summary>A kind of answer: its path at the upstream is also the model group's name at the service.</summary>
internal sealed record Route(string Name, bool Streamed)
{
    public static readonly Route Plain = new("plain", Streamed: false);
    public static readonly Route Stream = new("stream", Streamed: true);
    public static readonly Route Slow = new("slow", Streamed: false);
    public static readonly Route Paced = new("paced", Streamed: true);

    public static IReadOnlyList<Route> All { get; } = [Plain, Stream, Slow, Paced];

    /// <summary>The path that a proxy passes on as it is.</summary>
    public string PassedPath => $"/{Name}/v1/chat/completions";

    /// <summary>A chat request of some 300 bytes. The proxies pass the model group on like everything else.</summary>
    public string Body =>
        $$"""
        {"model_group":"{{Name}}","messages":[{"role":"system","content":"You read job applications and answer in one sentence."},{"role":"user","content":"Summarize this candidate: ten years of C#, five of SQL, led a team of six, writes about distributed systems."}],"temperature":0.2,"max_tokens":100{{(Streamed ? ",\"stream\":true" : "")}}}
        """;

    /// <summary>The service's path of a call within a job.</summary>
    public string PathOf(string jobId) => $"/api/jobs/{jobId}/llm-call{(Streamed ? "-stream" : "")}";
}
