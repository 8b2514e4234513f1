using SaasLlm.Application.Import;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Reads what other products were configured with.</summary>
public interface IConfigFiles
{
    /// <summary>
    /// Reads one YAML document. Refused where it is none, too large (1 MB), too deep or too full once its references are followed,
    /// or says what only a program could read (tags of its own).
    /// </summary>
    Result<ConfigNode> ReadYaml(string text);

    /// <summary>An environment variable of this service; null where it is not set, or is a setting of this service's own (<c>Section__Name</c>).</summary>
    string? FindVariable(string name);
}
