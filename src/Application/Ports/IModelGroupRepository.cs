using SaasLlm.Application.Catalog.ModelGroups;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Model groups, as operators see and change them.</summary>
public interface IModelGroupRepository
{
    /// <summary>Makes it without models; what of the settings is null gets its default. False where the name is taken.</summary>
    Task<bool> CreateAsync(string groupName, string displayName, string description, GroupSettings settings, CancellationToken cancellationToken);

    /// <summary>Changes what is not null, and locks the group until the transaction ends. False where there is none of that name.</summary>
    Task<bool> UpdateAsync(string groupName, string? displayName, string? description, GroupSettings settings, CancellationToken cancellationToken);

    /// <summary>Replaces its models, all of which exist.</summary>
    Task SetModelsAsync(string groupName, IReadOnlyList<ModelGroupMember> models, CancellationToken cancellationToken);

    Task<ModelGroupResponse?> GetAsync(string groupName, CancellationToken cancellationToken);

    Task<Page<ModelGroupResponse>> ListAsync(PageStart start, CancellationToken cancellationToken);

    /// <summary>Keeps teams from getting it until the transaction ends. False where there is none of that name.</summary>
    Task<bool> LockAsync(string groupName, CancellationToken cancellationToken);

    /// <summary>The teams, deleted ones left out, that it is granted to.</summary>
    Task<IReadOnlyList<string>> TeamsUsingAsync(string groupName, CancellationToken cancellationToken);

    /// <summary>Deletes it, and what deleted teams still hold of it.</summary>
    Task DeleteAsync(string groupName, CancellationToken cancellationToken);
}
