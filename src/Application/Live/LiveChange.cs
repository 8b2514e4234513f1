using System.Text.Json.Serialization;

namespace SaasLlm.Application.Live;

/// <summary>
/// A hint that something has changed: whoever shows it asks for it again. It says which thing and nothing of it, so that no more
/// is to be kept from its reader than the ids of other teams.
/// </summary>
public sealed record LiveChange
{
    /// <summary>Anything may have changed.</summary>
    public static LiveChange Refresh { get; } = new();

    /// <summary><c>credits</c>, <c>job</c>, <c>team</c>, <c>alert</c> or <c>refresh</c>; sent as the event's name.</summary>
    [JsonIgnore]
    public string Type { get; init; } = "refresh";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TeamId { get; init; }

    /// <summary>Of an organization's own pool, or of the organization itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OrganizationId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? JobId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? AlertId { get; init; }
}
