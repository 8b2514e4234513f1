using System.Globalization;

namespace SaasLlm.Application.Import;

/// <summary>Reads one entry of LiteLLM's <c>model_list</c>.</summary>
internal sealed class LiteLlmDeploymentReader(string path, List<NotCarriedOver> left)
{
    private static readonly HashSet<string> Understood = new(StringComparer.Ordinal)
    {
        "model", "custom_llm_provider", "api_key", "api_base", "base_url", "api_version", "litellm_credential_name", "weight", "order",
        "max_parallel_requests", "mode", "base_model", "max_tokens", "max_input_tokens", "max_output_tokens", "id",
        "input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost", "cache_creation_input_token_cost",
        "supports_vision", "supports_function_calling", "supports_response_schema", "supports_reasoning",
    };

    /// <summary>Null where it cannot be carried over at all; then it has been said why.</summary>
    public LiteLlmDeployment? Read(ConfigNode node, LiteLlmCredentials credentials)
    {
        if (node is not ConfigMap entry
            || entry.Find("model_name") is not ConfigScalar { Text: { } modelName }
            || entry.Find("litellm_params") is not ConfigMap parameters
            || parameters.Find("model") is not ConfigScalar { Text: { } model })
        {
            return Refuse("needs model_name and litellm_params with a model.");
        }

        if (modelName.Contains('*', StringComparison.Ordinal) || model.Contains('*', StringComparison.Ordinal))
            return Refuse("a wildcard stands for models that are not named; name those that are used.");

        var info = entry.Find("model_info") as ConfigMap ?? new ConfigMap([]);
        foreach (var (key, _) in entry.Entries)
        {
            // Older files have the rates beside the parameters.
            if (key is not ("model_name" or "litellm_params" or "model_info" or "rpm" or "tpm"))
                Leave(key, "has no counterpart here.");
        }

        var shared = CredentialOf(parameters, credentials);
        if (shared is null)
            return null;

        // In the order in which they win.
        ConfigMap[] sources = [parameters, info, entry];
        ReportLeft("litellm_params", parameters);
        ReportLeft("model_info", info);
        return new LiteLlmDeployment
        {
            Path = path,
            ModelName = modelName,
            Model = new LiteLlmSetting(model),
            CustomProvider = Text(parameters, "custom_llm_provider"),
            ApiKey = Setting(parameters, shared, "api_key"),
            ApiBase = Setting(parameters, shared, "api_base") ?? Setting(parameters, shared, "base_url"),
            ApiVersion = Setting(parameters, shared, "api_version"),
            Weight = Number(sources, "weight"),
            Rpm = Number(sources, "rpm"),
            Tpm = Number(sources, "tpm"),
            Order = Count(sources, "order", least: 0) ?? int.MaxValue,
            MaxParallel = Count(sources, "max_parallel_requests"),
            InputUsdPerMillion = Price(sources, "input_cost_per_token"),
            OutputUsdPerMillion = Price(sources, "output_cost_per_token"),
            CachedInputUsdPerMillion = Price(sources, "cache_read_input_token_cost"),
            CacheWriteUsdPerMillion = Price(sources, "cache_creation_input_token_cost"),
            Mode = Text(info, "mode"),
            BaseModel = Text(info, "base_model") ?? Text(parameters, "base_model"),
            ContextWindow = Count([info], "max_input_tokens"),
            MaxOutputTokens = Count([info], "max_output_tokens") ?? Count([info], "max_tokens"),
            Capabilities = [.. CapabilitiesOf(info)],
        };
    }

    /// <summary>What a credential of the list gives; empty where none is named; null where an unknown one is.</summary>
    private ConfigMap? CredentialOf(ConfigMap parameters, LiteLlmCredentials credentials)
    {
        if (Text(parameters, "litellm_credential_name") is not { } name)
            return new ConfigMap([]);
        if (credentials.Find(name) is { } values)
            return values;

        Refuse("litellm_credential_name names no entry of credential_list.");
        return null;
    }

    private void ReportLeft(string section, ConfigMap map)
    {
        foreach (var (key, value) in map.Entries)
        {
            if (value is ConfigScalar { Text: null })
                continue;
            if (ReasonToLeave(section, key) is { } reason)
                Leave(section, key, reason);
        }
    }

    private static string? ReasonToLeave(string section, string key) => key switch
    {
        "max_tokens" when section == "litellm_params" => "requests say it themselves; the model's own limit is model_info.max_output_tokens.",
        _ when Understood.Contains(key) => null,
        "rpm" or "tpm" => "counts as the deployment's weight only; rates are limited for organizations, teams and keys.",
        "timeout" or "stream_timeout" or "max_retries" or "num_retries" => "is one setting of this service for all models: see Llm:… in its configuration.",
        _ when key.Contains("_cost_per_", StringComparison.Ordinal) => "prices here are per token.",
        _ when key.StartsWith("supports_", StringComparison.Ordinal) => "is a capability that this service does not tell apart.",
        _ => "has no counterpart here.",
    };

    private static IEnumerable<string> CapabilitiesOf(ConfigMap info)
    {
        if (IsTrue(info, "supports_vision"))
            yield return "vision";
        if (IsTrue(info, "supports_function_calling"))
            yield return "tools";
        if (IsTrue(info, "supports_response_schema"))
            yield return "json_schema";
        if (IsTrue(info, "supports_reasoning"))
            yield return "reasoning";
    }

    private static bool IsTrue(ConfigMap map, string key) => bool.TryParse(Text(map, key), out var value) && value;

    private static string? Text(ConfigMap map, string key) => (map.Find(key) as ConfigScalar)?.Text;

    private static LiteLlmSetting? Setting(ConfigMap parameters, ConfigMap shared, string key) =>
        (Text(parameters, key) ?? Text(shared, key)) is { Length: > 0 } text ? new LiteLlmSetting(text) : null;

    private decimal? Price(ConfigMap[] sources, string key) =>
        Read(sources, key, "must be a price in USD per token, of at most 10 decimals per million tokens.", static text => LiteLlmPrice.PerMillion(text));

    private decimal? Number(ConfigMap[] sources, string key) =>
        Read(sources, key, "must be a number.", static text =>
            decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : null);

    private int? Count(ConfigMap[] sources, string key, int least = 1) =>
        (int?)Read(sources, key, $"must be a whole number from {least}.", text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= least ? count : null);

    /// <summary>The first of the sources that says it; one that cannot be read is reported and counts as absent.</summary>
    private decimal? Read(ConfigMap[] sources, string key, string rule, Func<string, decimal?> parse)
    {
        foreach (var source in sources)
        {
            if (source.Find(key) is not { } node)
                continue;
            if (node is ConfigScalar { Text: { } text } && parse(text) is { } value)
                return value;

            Leave(key, rule);
        }

        return null;
    }

    private LiteLlmDeployment? Refuse(string reason)
    {
        left.Add(new NotCarriedOver(path, reason));
        return null;
    }

    private void Leave(string key, string reason) => left.Add(new NotCarriedOver(LiteLlmReader.PathTo(path, key), reason));

    private void Leave(string section, string key, string reason) => left.Add(new NotCarriedOver(LiteLlmReader.PathTo($"{path}.{section}", key), reason));
}
