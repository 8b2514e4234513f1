using System.Globalization;

namespace SaasLlm.Application.Import;

/// <summary>LiteLLM's <c>credential_list</c>: settings that deployments take over by <c>litellm_credential_name</c>.</summary>
internal sealed class LiteLlmCredentials
{
    private readonly Dictionary<string, ConfigMap> _values = new(StringComparer.Ordinal);

    public ConfigMap? Find(string name) => _values.GetValueOrDefault(name);

    public void Read(string path, ConfigNode node, List<NotCarriedOver> left)
    {
        if (node is not ConfigList list)
        {
            left.Add(new NotCarriedOver(path, "must be a list."));
            return;
        }

        for (var i = 0; i < list.Items.Count; i++)
        {
            var known = list.Items[i] is ConfigMap map
                && map.Find("credential_name") is ConfigScalar { Text: { } name }
                && map.Find("credential_values") is ConfigMap values
                && _values.TryAdd(name, values);
            if (!known)
                left.Add(new NotCarriedOver($"{path}[{i.ToString(CultureInfo.InvariantCulture)}]", "needs a credential_name of its own and credential_values."));
        }
    }
}
