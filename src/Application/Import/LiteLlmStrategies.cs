namespace SaasLlm.Application.Import;

/// <summary>LiteLLM's routing strategies by ours.</summary>
internal static class LiteLlmStrategies
{
    /// <summary>Null where there is none like it.</summary>
    public static string? Find(string? name) => name switch
    {
        null or "simple-shuffle" => "weighted",
        "least-busy" => "least_busy",
        "latency-based-routing" => "lowest_latency",
        _ => null,
    };
}
