using System.Globalization;

namespace SaasLlm.Application.Import;

/// <summary>
/// Finds in a LiteLLM proxy's configuration what this service understands, and says of everything else where it stands and why
/// it is left behind. Says names of settings, never their values.
/// </summary>
internal sealed class LiteLlmReader(ConfigMap root, List<NotCarriedOver> left)
{
    private readonly Dictionary<string, LiteLlmFallbacks> _fallbacks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private LiteLlmFallbacks? _defaultFallbacks;
    private string? _routingStrategy;

    public LiteLlmConfig Read()
    {
        var credentials = new LiteLlmCredentials();
        List<LiteLlmDeployment> deployments = [];
        if (root.Find("credential_list") is { } list)
            credentials.Read("credential_list", list, left);
        foreach (var (key, node) in root.Entries)
        {
            switch (key)
            {
                case "model_list":
                    deployments.AddRange(ReadDeployments(node, credentials));
                    break;
                case "credential_list":
                    break;
                case "router_settings":
                    ReadEach(key, node, ReadRouterSetting);
                    break;
                case "litellm_settings":
                    ReadEach(key, node, ReadLibrarySetting);
                    break;
                case "environment_variables":
                    ReadEach(key, node, ReadVariable);
                    break;
                case "general_settings":
                    ReadEach(key, node, (path, _, _) => Leave(path, "is the proxy's own setting; this service has its own configuration."));
                    break;
                default:
                    Leave(PathTo(null, key), "has no counterpart here.");
                    break;
            }
        }

        return new LiteLlmConfig(deployments, _fallbacks, _defaultFallbacks, _aliases, _routingStrategy, _variables);
    }

    /// <summary>A path as the report shows it; a key that somebody made very long is cut.</summary>
    internal static string PathTo(string? parent, string key)
    {
        const int longest = 100;
        var name = key.Length > longest ? key[..longest] + "…" : key;
        return parent is null ? name : $"{parent}.{name}";
    }

    private IEnumerable<LiteLlmDeployment> ReadDeployments(ConfigNode node, LiteLlmCredentials credentials)
    {
        if (node is not ConfigList list)
        {
            Leave("model_list", "must be a list.");
            yield break;
        }

        for (var i = 0; i < list.Items.Count; i++)
        {
            var path = $"model_list[{i.ToString(CultureInfo.InvariantCulture)}]";
            if (new LiteLlmDeploymentReader(path, left).Read(list.Items[i], credentials) is { } deployment)
                yield return deployment;
        }
    }

    private void ReadRouterSetting(string path, string key, ConfigNode value)
    {
        switch (key)
        {
            case "model_group_alias":
                ReadEach(path, value, ReadAlias);
                break;
            case "routing_strategy":
                ReadStrategy(path, value);
                break;
            case "num_retries" or "timeout" or "stream_timeout" or "retry_after" or "cooldown_time" or "allowed_fails":
                Leave(path, "is one setting of this service for all models: see Llm:… in its configuration.");
                break;
            default:
                ReadFallbacksOr(path, key, value, "has no counterpart here.");
                break;
        }
    }

    private void ReadLibrarySetting(string path, string key, ConfigNode value) =>
        ReadFallbacksOr(path, key, value, "is a setting of LiteLLM's library.");

    private void ReadFallbacksOr(string path, string key, ConfigNode value, string reason)
    {
        switch (key)
        {
            case "fallbacks":
                ReadFallbacks(path, value);
                break;
            case "default_fallbacks":
                if (Names(value) is { } names)
                    _defaultFallbacks ??= new LiteLlmFallbacks(path, names);
                else
                    Leave(path, "must be a list of names.");
                break;
            case "context_window_fallbacks" or "content_policy_fallbacks":
                Leave(path, "fallbacks here follow faults of any kind; there are none for this one alone.");
                break;
            default:
                Leave(path, reason);
                break;
        }
    }

    private void ReadFallbacks(string path, ConfigNode value)
    {
        if (value is not ConfigList list)
        {
            Leave(path, "must be a list.");
            return;
        }

        for (var i = 0; i < list.Items.Count; i++)
        {
            var at = $"{path}[{i.ToString(CultureInfo.InvariantCulture)}]";
            ReadEach(at, list.Items[i], (entryPath, group, node) =>
            {
                if (Names(node) is not { } names)
                    Leave(entryPath, "must be a list of names; a fallback with messages of its own has no counterpart here.");
                else if (group == "*")
                    _defaultFallbacks ??= new LiteLlmFallbacks(entryPath, names);
                else if (!_fallbacks.TryAdd(group, new LiteLlmFallbacks(entryPath, names)))
                    Leave(entryPath, "the group has fallbacks already; the first ones count.");
            });
        }
    }

    private void ReadAlias(string path, string alias, ConfigNode value)
    {
        var target = value is ConfigMap map ? map.Find("model") : value;
        if (target is not ConfigScalar { Text: { } group })
            Leave(path, "must name a group.");
        else if (!_aliases.TryAdd(alias, group))
            Leave(path, "stands twice.");
        if (value is ConfigMap other && other.Find("hidden") is not null)
            Leave(path + ".hidden", "a team sees the groups that it is granted.");
    }

    private void ReadStrategy(string path, ConfigNode value)
    {
        _routingStrategy = (value as ConfigScalar)?.Text;
        if (LiteLlmStrategies.Find(_routingStrategy) is null)
            Leave(path, "this strategy has no counterpart here: groups choose by weight.");
    }

    private void ReadVariable(string path, string name, ConfigNode value)
    {
        if (value is ConfigScalar { Text: { } text })
            _variables[name] = text;
        else
            Leave(path, "must be text.");
    }

    private void ReadEach(string path, ConfigNode node, Action<string, string, ConfigNode> read)
    {
        if (node is ConfigMap map)
        {
            foreach (var (key, value) in map.Entries)
                read(PathTo(path, key), key, value);
        }
        else if (node is not ConfigScalar { Text: null })
        {
            Leave(path, "must be a map.");
        }
    }

    /// <summary>A name alone is a list of one; null where it is neither.</summary>
    private static IReadOnlyList<string>? Names(ConfigNode node) => node switch
    {
        ConfigScalar { Text: { } name } => [name],
        ConfigList list when list.Items.All(item => item is ConfigScalar { Text: not null }) => [.. list.Items.Select(item => ((ConfigScalar)item).Text!)],
        _ => null,
    };

    private void Leave(string path, string reason) => left.Add(new NotCarriedOver(path, reason));
}
