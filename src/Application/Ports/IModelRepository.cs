using SaasLlm.Application.Catalog.Models;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>The models of the catalogue, as operators see and change them.</summary>
public interface IModelRepository
{
    /// <summary>Null where the alias is taken.</summary>
    Task<ModelResponse?> CreateAsync(CreateModel model, CancellationToken cancellationToken);

    /// <summary>Changes what is not null. Null where there is none of that alias.</summary>
    Task<ModelResponse?> UpdateAsync(UpdateModel change, CancellationToken cancellationToken);

    Task<ModelResponse?> GetAsync(string modelAlias, CancellationToken cancellationToken);

    Task<Page<ModelResponse>> ListAsync(PageStart start, CancellationToken cancellationToken);

    /// <summary>Keeps groups from taking the model in until the transaction ends. False where there is none of that alias.</summary>
    Task<bool> LockAsync(string modelAlias, CancellationToken cancellationToken);

    /// <summary>The model groups that it belongs to.</summary>
    Task<IReadOnlyList<string>> GroupsUsingAsync(string modelAlias, CancellationToken cancellationToken);

    Task DeleteAsync(string modelAlias, CancellationToken cancellationToken);

    /// <summary>Which of these models do not exist, in the order given. Those that do cannot be deleted until the transaction ends.</summary>
    Task<IReadOnlyList<string>> UnknownAsync(IReadOnlyList<string> modelAliases, CancellationToken cancellationToken);
}
