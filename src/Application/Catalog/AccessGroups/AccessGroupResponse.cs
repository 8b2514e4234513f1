namespace SaasLlm.Application.Catalog.AccessGroups;

/// <summary>A model access group as the API shows it.</summary>
public sealed record AccessGroupResponse
{
    public required string GroupName { get; init; }

    public required string Description { get; init; }

    /// <summary>The models that it grants, in alphabetical order.</summary>
    public required string[] ModelAliases { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
