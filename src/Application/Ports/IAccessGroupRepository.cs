using SaasLlm.Application.Catalog.AccessGroups;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Model access groups, as operators see and change them.</summary>
public interface IAccessGroupRepository
{
    /// <summary>Makes it without models. False where the name is taken.</summary>
    Task<bool> CreateAsync(string groupName, string description, CancellationToken cancellationToken);

    /// <summary>Changes the description where it is not null, and locks the group until the transaction ends. False where there is none of that name.</summary>
    Task<bool> UpdateAsync(string groupName, string? description, CancellationToken cancellationToken);

    /// <summary>Adds models, all of which exist; those that are in stay.</summary>
    Task AddModelsAsync(string groupName, IReadOnlyList<string> modelAliases, CancellationToken cancellationToken);

    Task RemoveModelsAsync(string groupName, IReadOnlyList<string> modelAliases, CancellationToken cancellationToken);

    /// <summary>Removes every model that is not named.</summary>
    Task KeepOnlyModelsAsync(string groupName, IReadOnlyList<string> modelAliases, CancellationToken cancellationToken);

    Task<AccessGroupResponse?> GetAsync(string groupName, CancellationToken cancellationToken);

    Task<Page<AccessGroupResponse>> ListAsync(PageStart start, CancellationToken cancellationToken);

    /// <summary>Keeps teams from getting it until the transaction ends. False where there is none of that name.</summary>
    Task<bool> LockAsync(string groupName, CancellationToken cancellationToken);

    /// <summary>The teams, deleted ones left out, that it is granted to.</summary>
    Task<IReadOnlyList<string>> TeamsUsingAsync(string groupName, CancellationToken cancellationToken);

    /// <summary>Deletes it, and what deleted teams still hold of it.</summary>
    Task DeleteAsync(string groupName, CancellationToken cancellationToken);
}
