using SaasLlm.Application.Settings;

namespace SaasLlm.Application.Ports;

/// <summary>What this node is configured with.</summary>
public interface ISettings
{
    /// <summary>Every documented option, and no other; secrets only as set or not set.</summary>
    IReadOnlyList<SettingResponse> Show();
}
