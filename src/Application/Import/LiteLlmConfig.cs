namespace SaasLlm.Application.Import;

/// <summary>What this service understands of a LiteLLM proxy's <c>config.yaml</c>.</summary>
/// <param name="Fallbacks">Names of groups by the group that they follow, in order.</param>
/// <param name="DefaultFallbacks">For groups without their own.</param>
/// <param name="Aliases">Further names of groups.</param>
/// <param name="RoutingStrategy">As LiteLLM calls it; null: its default.</param>
/// <param name="Variables">Environment variables that the file itself sets.</param>
internal sealed record LiteLlmConfig(
    IReadOnlyList<LiteLlmDeployment> Deployments,
    IReadOnlyDictionary<string, LiteLlmFallbacks> Fallbacks,
    LiteLlmFallbacks? DefaultFallbacks,
    IReadOnlyDictionary<string, string> Aliases,
    string? RoutingStrategy,
    IReadOnlyDictionary<string, string> Variables);

/// <param name="Path">Where it stands in the file.</param>
internal sealed record LiteLlmFallbacks(string Path, IReadOnlyList<string> Groups);

/// <summary>One entry of <c>model_list</c>.</summary>
internal sealed record LiteLlmDeployment
{
    /// <summary>Where it stands in the file.</summary>
    public required string Path { get; init; }

    /// <summary>The name that callers use: deployments of one name are one group.</summary>
    public required string ModelName { get; init; }

    /// <summary><c>provider/name</c>, or a name alone.</summary>
    public required LiteLlmSetting Model { get; init; }

    public string? CustomProvider { get; init; }

    public LiteLlmSetting? ApiKey { get; init; }

    public LiteLlmSetting? ApiBase { get; init; }

    public LiteLlmSetting? ApiVersion { get; init; }

    /// <summary>Its share of the group's load; where the group's first says none, <see cref="Rpm"/> or <see cref="Tpm"/> decides.</summary>
    public decimal? Weight { get; init; }

    public decimal? Rpm { get; init; }

    public decimal? Tpm { get; init; }

    /// <summary>Lower is tried first.</summary>
    public int Order { get; init; }

    public int? MaxParallel { get; init; }

    public decimal? InputUsdPerMillion { get; init; }

    public decimal? OutputUsdPerMillion { get; init; }

    public decimal? CachedInputUsdPerMillion { get; init; }

    public decimal? CacheWriteUsdPerMillion { get; init; }

    public string? Mode { get; init; }

    /// <summary>The model whose prices it has, where its own name does not tell.</summary>
    public string? BaseModel { get; init; }

    public int? ContextWindow { get; init; }

    public int? MaxOutputTokens { get; init; }

    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>A compiler would print the key.</summary>
    public override string ToString() => $"{Path} {ModelName}";
}

/// <summary>A value that may stand in the environment: <c>os.environ/NAME</c>.</summary>
internal sealed record LiteLlmSetting(string Text)
{
    private const string Prefix = "os.environ/";

    /// <summary>Null: the value itself stands in the file.</summary>
    public string? Variable => Text.StartsWith(Prefix, StringComparison.Ordinal) ? Text[Prefix.Length..] : null;

    /// <summary>Never the value, which may be a key.</summary>
    public override string ToString() => Variable is null ? "***" : Text;
}
