using SaasLlm.Domain.Teams;

namespace SaasLlm.Infrastructure.Teams;

/// <summary>Team states as the database names them.</summary>
internal static class TeamStatusNames
{
    public static string Of(TeamStatus status) => status switch
    {
        TeamStatus.Active => "active",
        TeamStatus.Suspended => "suspended",
        TeamStatus.Paused => "paused",
        TeamStatus.Deleted => "deleted",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    public static TeamStatus Parse(string name) => name switch
    {
        "active" => TeamStatus.Active,
        "suspended" => TeamStatus.Suspended,
        "paused" => TeamStatus.Paused,
        "deleted" => TeamStatus.Deleted,
        _ => throw new ArgumentException($"Unknown team status '{name}'.", nameof(name)),
    };
}
